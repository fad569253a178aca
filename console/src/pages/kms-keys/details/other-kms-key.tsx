// A link to another KMS key, by its name where that can be read.
import { useRead } from "../../../api/read";
import { Link } from "../../../shell/link";

export function OtherKmsKey({ id }: { id: string }) {
  const { data } = useRead("/api/v1/kms-keys/{kms_key}", { path: { kms_key: id } });
  return <Link to={`/kms-keys/${id}`}>{data === undefined ? id : `${data.name} (${data.life})`}</Link>;
}
