// What is said where material is prepared for another person: under which public key, why, and for how long.
import Alert from "@cloudscape-design/components/alert";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Textarea from "@cloudscape-design/components/textarea";
import { useEffect, useMemo, useState, type ReactNode } from "react";

import type { Schemas } from "../../api/client";
import { atMinute } from "../../format/time";
import { Link } from "../../shell/link";
import { text } from "../../text";
import { Fingerprint } from "./fingerprint";
import { fingerprintOf, isSha256, looksPublic } from "./public-key";
import { PublicKeyField } from "./public-key-field";

const words = text.keys.prepare;

function useFingerprint(pem: string): string | undefined {
  const [found, setFound] = useState<{ of: string; sha256: string | undefined }>();
  useEffect(() => {
    let isOld = false;
    void fingerprintOf(pem).then((sha256) => !isOld && setFound({ of: pem, sha256 }));
    return () => {
      isOld = true;
    };
  }, [pem]);
  return found?.of === pem ? found.sha256 : undefined;
}

/** Why what was told does not fit; nothing where it does, or nothing was told. */
function mismatch(told: string, sha256: string | undefined): string | undefined {
  if (!isSha256(told)) return text.keys.download.notSha256;
  if (told === "" || sha256 === undefined) return undefined;
  return told.toLowerCase() === sha256 ? undefined : words.otherKey;
}

/** The request's body once all is said and fits, and the fields in which it is said. */
export function usePreparing(): { body: Schemas["PrepareRequest"] | undefined; fields: ReactNode } {
  const [publicKey, setPublicKey] = useState("");
  const [told, setTold] = useState("");
  const [reason, setReason] = useState("");
  const [hours, setHours] = useState("24");
  const sha256 = useFingerprint(publicKey);
  const unfit = mismatch(told.trim(), sha256);
  const body = useMemo(() => {
    if (!looksPublic(publicKey) || unfit !== undefined || reason.trim() === "" || hours === "")
      return undefined;
    return { public_key: publicKey, reason, hours: Number(hours) };
  }, [publicKey, unfit, reason, hours]);
  const fields = (
    <SpaceBetween size="m">
      <PublicKeyField value={publicKey} onChange={setPublicKey} />
      {sha256 !== undefined && <Fingerprint of={sha256} />}
      <FormField label={words.told} description={words.toldHelp} errorText={unfit} stretch>
        <Input value={told} onChange={({ detail }) => setTold(detail.value)} autoComplete={false} />
      </FormField>
      <FormField label={words.reason} description={words.reasonHelp}>
        <Textarea value={reason} onChange={({ detail }) => setReason(detail.value)} rows={2} />
      </FormField>
      <FormField label={words.hours} constraintText={words.hoursForm}>
        <Input
          type="number"
          inputMode="numeric"
          value={hours}
          onChange={({ detail }) => setHours(detail.value)}
        />
      </FormField>
    </SpaceBetween>
  );
  return { body, fields };
}

/** What would be prepared. */
export function Preparing({ preview }: { preview: unknown }) {
  return (
    <SpaceBetween size="s">
      {words.preview}
      <Fingerprint of={(preview as Schemas["PreparationView"]).public_key_sha256} />
    </SpaceBetween>
  );
}

/** What was prepared. */
export function Prepared({ answer }: { answer: unknown }) {
  const { public_key_sha256, expires_at } = answer as Schemas["PreparationView"];
  return (
    <Alert type="success" header={words.prepared(atMinute(expires_at))}>
      <SpaceBetween size="s">
        {words.compare}
        <Fingerprint of={public_key_sha256} />
        <Link to="/keys/preparations">{text.keys.preparations.title}</Link>
      </SpaceBetween>
    </Alert>
  );
}
