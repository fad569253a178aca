// The ways to a KMS key from the page of what it will be in.
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useNavigate } from "react-router";

import { text } from "../text";

const words = text.kmsKeys;

/** What is known already, by id. */
export function WaysIn(of: { keystore: string } | { group: string }) {
  const navigate = useNavigate();
  const known = new URLSearchParams(of).toString();
  return (
    <SpaceBetween direction="horizontal" size="xs">
      <Button onClick={() => void navigate(`/kms-keys/upload?${known}`)}>{words.upload}</Button>
      <Button onClick={() => void navigate(`/kms-keys/create?${known}`)}>{words.create}</Button>
    </SpaceBetween>
  );
}
