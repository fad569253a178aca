// Takes what is prepared of a version: what it was prepared for is read before it is shown.
import { useAll } from "../../api/read";
import type { Key } from "./columns";
import { DownloadDialog } from "./download-dialog";

interface Props {
  of: Key;
  version: number;
  onClose: () => void;
}

export function DownloadPrepared({ of, version, onClose }: Props) {
  const { items, isPending } = useAll("/api/v1/preparations");
  if (isPending) return null;
  const prepared = items.find((one) => one.key === of.id && one.version === version);
  return (
    <DownloadDialog
      id={of.id}
      name={of.name}
      version={version}
      shown={prepared?.public_key_sha256}
      onClose={onClose}
    />
  );
}
