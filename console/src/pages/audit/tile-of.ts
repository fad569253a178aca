// Fetches one file of the log, as its bytes.
import { answered, client } from "../../api/client";
import type { Bytes } from "../../audit/bytes";
import type { Tile } from "../../audit/export";

export async function tileOf({ level, index, width }: Tile): Promise<Bytes> {
  const query = { index, width, ...(level === undefined ? {} : { level }) };
  const { data } = await answered<ArrayBuffer>(
    client.GET("/api/v1/audit/export", { params: { query }, parseAs: "arrayBuffer" }),
  );
  return new Uint8Array(data);
}
