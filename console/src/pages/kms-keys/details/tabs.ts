// The tabs of a KMS key's page, in their order.
import type { ComponentType } from "react";

import type { text } from "../../../text";
import { ActivityTab } from "./activity-tab";
import { AliasesTab } from "./aliases-tab";
import { GrantsTab } from "./grants-tab";
import type { Tab } from "./kms-key";
import { LinksTab } from "./links-tab";
import { OverviewTab } from "./overview-tab";
import { PlacesTab } from "./places-tab";
import { PlanTab } from "./plan-tab";
import { PolicyTab } from "./policy-tab";
import { ReceiptTab } from "./receipt-tab";
import { TagsTab } from "./tags-tab";
import { VersionsTab } from "./versions-tab";

interface TabOf {
  id: Exclude<keyof typeof text.kmsKey.tabs, "label">;
  content: ComponentType<Tab>;
}

const OVERVIEW: TabOf = { id: "overview", content: OverviewTab };

export const TABS: [TabOf, ...TabOf[]] = [
  OVERVIEW,
  { id: "versions", content: VersionsTab },
  { id: "aliases", content: AliasesTab },
  { id: "tags", content: TagsTab },
  { id: "policy", content: PolicyTab },
  { id: "grants", content: GrantsTab },
  { id: "places", content: PlacesTab },
  { id: "links", content: LinksTab },
  { id: "activity", content: ActivityTab },
  { id: "plan", content: PlanTab },
  { id: "receipt", content: ReceiptTab },
];
