// All operations on KMS keys, as menus group them.
import { text } from "../../../text";
import type { KmsKeyOperation } from "./definition";
import { cancelDeletion, scheduleDeletion } from "./deletion";
import { edit } from "./edit";
import { changePrimary, replicate } from "./places";
import { forget, release } from "./records";
import { rotate } from "./rotate";
import { rotationSchedule } from "./schedule";
import { activate, deactivate, disable, enable, removeFromCloud, restore, uploadVersion } from "./state";
import { synchronize } from "./synchronize";

export type { KmsKeyOperation } from "./definition";

const groups = text.kmsKeys.operationGroups;

export const OPERATIONS: { text: string; operations: KmsKeyOperation[] }[] = [
  { text: groups.use, operations: [edit, enable, disable] },
  { text: groups.rotation, operations: [rotate, uploadVersion, rotationSchedule] },
  { text: groups.material, operations: [activate, deactivate, synchronize, restore, removeFromCloud] },
  { text: groups.places, operations: [replicate, changePrimary] },
  { text: groups.end, operations: [scheduleDeletion, cancelDeletion, release, forget] },
];

export function operationNamed(id: string): KmsKeyOperation | undefined {
  return OPERATIONS.flatMap(({ operations }) => operations).find((operation) => operation.id === id);
}
