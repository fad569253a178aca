// A file as it comes from the server, whole or not.

/** What came of it, though its end be lost on the way: what is given once cannot be asked for again. */
export async function gathered(
  stream: ReadableStream<Uint8Array<ArrayBuffer>> | null | undefined,
): Promise<Blob> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  const reader = stream?.getReader();
  try {
    for (let next = await reader?.read(); next?.value !== undefined; next = await reader?.read())
      parts.push(next.value);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    // What came before is all there is: whoever reads it sees that it has no end.
  }
  return new Blob(parts);
}
