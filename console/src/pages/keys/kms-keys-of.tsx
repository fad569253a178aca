// KMS keys that were made of a key.
import Button from "@cloudscape-design/components/button";
import { useNavigate } from "react-router";

import { KmsKeysOf } from "../../kms-key/list";
import { text } from "../../text";
import type { Key } from "./columns";

const words = text.keys.kmsKeys;

export function KmsKeysOfKey({ of }: { of: Key }) {
  const navigate = useNavigate();
  const upload = (
    <Button onClick={() => void navigate(`/kms-keys/upload?key=${of.id}`)}>{words.upload}</Button>
  );
  return (
    <KmsKeysOf
      name="kms-keys-of-key"
      title={words.title}
      description={words.description}
      of={{ key: of.id }}
      empty={{ title: words.empty, detail: words.emptyDetail }}
      action={upload}
    />
  );
}
