// Everything that was filled in, to be read before it is done.
import Container from "@cloudscape-design/components/container";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ReactNode } from "react";

import { useRead } from "../../api/read";
import { rotationInWords, rotationOf } from "../../fields/rotation";
import { lifetimeOf } from "../../fields/lifetime";
import { momentOf } from "../../fields/moment-field";
import { tagsOf } from "../../fields/tags";
import { atMinute } from "../../format/time";
import { inUtc } from "../../format/zone";
import { text } from "../../text";
import { principalIn } from "./access-fields";
import { bytesOf, laidOut } from "../../fields/policy-text";
import { isFilling, isSpreading, keepsCopy, multiRegionOf, type Draft } from "./draft";
import type { Filling } from "./filling";
import { usualUsage } from "./usage";

const words = text.upload;

function lines(values: readonly string[]): ReactNode {
  if (values.length === 0) return text.shell.none;
  return (
    <ul className="plain">
      {values.map((value) => (
        <li key={value}>{value}</li>
      ))}
    </ul>
  );
}

function materialOf({ draft, file, keys, keystore }: Filling): [string, ReactNode][] {
  const { way, spec, reading } = draft;
  const way_: [string, ReactNode] = [
    words.material.way,
    words.material.ways.find((one) => one.value === way)?.label,
  ];
  const specOf: [string, ReactNode] = [words.material.spec, spec || keystore?.template.spec];
  if (way === "create") return [way_, specOf, ...ofKey(draft)];
  if (way === "aws") {
    const days = draft.nativeDays === "" ? text.shell.never : words.summary.days(draft.nativeDays);
    return [way_, specOf, [words.material.nativeDays, days]];
  }
  if (way === "existing") {
    const key = keys.items.find(({ id }) => id === draft.key);
    return [
      way_,
      [words.material.key, key?.name],
      [words.material.spec, key?.spec],
      [words.material.version, key?.current_version],
    ];
  }
  const wrapper = keys.items.find(({ id }) => id === reading.wrappedBy)?.name;
  const isKept = keepsCopy(draft);
  return [
    way_,
    [
      text.fields.keyFile.label,
      file === undefined ? text.shell.none : words.summary.file(file.name, file.size),
    ],
    [
      text.fields.keyFile.format,
      text.fields.keyFile.formats.find(({ value }) => value === reading.format)?.label,
    ],
    [text.fields.keyFile.spec, reading.spec || text.fields.keyFile.anySpec],
    [text.fields.keyFile.wrappedBy, reading.isWrapped ? wrapper : text.shell.none],
    [words.material.keep, isKept ? text.shell.yes : text.shell.no],
    ...(isKept ? ofKey(draft) : []),
  ];
}

/** Of the new key in the vault. */
function ofKey({ permitted, exportable, versionsMax }: Draft): [string, ReactNode][] {
  return [
    [text.keys.permitted.label, permitted.length === 0 ? words.material.permitsAll : permitted.join(", ")],
    [text.keys.newKey.exportable, exportable ? text.shell.yes : text.shell.no],
    ...(versionsMax === "" ? [] : [[text.keys.newKey.versionsMax, versionsMax] as [string, ReactNode]]),
  ];
}

/** With several keystores, what is said for the first alone says so. */
function ofFirst({ draft, keystore }: Filling, label: string, isOfFirst = true): string {
  return isSpreading(draft) && isOfFirst ? words.summary.onlyOf(label, keystore?.name ?? "") : label;
}

/** Who may use it: people, or what a policy says. */
function accessOf(filling: Filling, account: string | undefined): [string, ReactNode][] {
  const { draft, keystore } = filling;
  const { users, administrators, otherAccounts } = draft;
  const named = (arns: string[]) => arns.map((arn) => principalIn(arn, account));
  const row = (label: string, values: string[]): [string, ReactNode] => [
    ofFirst(filling, label, values.length > 0),
    lines(values),
  ];
  if (draft.accessWay === "policy") {
    const policy = (
      <ExpandableSection headerText={words.access.ownPolicy(bytesOf(draft.policy))}>
        <pre className="code">{laidOut(draft.policy)}</pre>
      </ExpandableSection>
    );
    return [[ofFirst(filling, words.access.policy), policy]];
  }
  const isNobody = users.length + administrators.length + otherAccounts.length === 0;
  if (isNobody && keystore?.template.policy != null) return [[words.access.says, words.access.asKeystore]];
  const mayDelete: [string, ReactNode] = [
    ofFirst(filling, words.access.mayDelete),
    draft.mayDelete ? text.shell.yes : text.shell.no,
  ];
  return [
    row(words.access.keyUsers, named(users)),
    row(words.access.administrators, named(administrators)),
    ...(isNobody ? [] : [mayDelete]),
    row(words.access.otherAccounts, otherAccounts),
  ];
}

function usageOf(filling: Filling): string {
  const usage = filling.draft.usage || usualUsage(filling);
  return usage === undefined ? words.usage.usual(undefined) : words.usage.of(usage);
}

function expiryOf({ draft, keystore }: Filling): string {
  if (draft.expiry === "never") return text.shell.never;
  if (draft.expiry === "template")
    return words.further.asTemplate(lifetimeOf(keystore?.template ?? {}, atMinute));
  const at = momentOf(draft.end);
  const { date, time, zone } = draft.end;
  return at === undefined ? "" : `${date} ${time} ${zone} (${inUtc(at)})`;
}

/** AWS's own material never goes by itself. */
function expires(filling: Filling): [string, ReactNode][] {
  const { draft } = filling;
  if (draft.way === "aws") return [];
  const label = ofFirst(filling, words.further.expires, draft.expiry === "template");
  return [[label, expiryOf(filling)]];
}

function scheduleOf({ rotation }: Draft): string {
  if (rotation.when === "inherit") return text.fields.rotation.inherit.keystore;
  return rotationInWords(rotation.when === "never" ? null : rotationOf(rotation));
}

/** One that is there keeps what it is. */
function filled({ draft, keystore }: Filling): [string, ReactNode][] {
  return [
    [words.kmsKey.keystore, keystore?.name],
    [words.kmsKey.into, draft.into],
    [words.kmsKey.nameOfNewKey, draft.name],
  ];
}

function furtherOf({ draft, keystores }: Filling): [string, ReactNode][] {
  if (!isSpreading(draft)) return [];
  const names = keystores.items.filter(({ id }) => draft.further.includes(id)).map(({ name }) => name);
  return [[words.kmsKey.further, lines(names)]];
}

/** What is said counts everywhere; what a template adds, in its keystore. */
function tagsIn(filling: Filling): [string, ReactNode][] {
  const said = tagsOf(filling.draft.tags);
  const template = filling.keystore?.template.tags ?? {};
  const shown = (tags: Record<string, string>) =>
    lines(Object.entries(tags).map(([key, value]) => `${key} = ${value}`));
  if (!isSpreading(filling.draft)) return [[words.further.tags, shown({ ...template, ...said })]];
  const added = Object.entries(template).filter(([key]) => !Object.hasOwn(said, key));
  return [
    [words.further.tags, shown(said)],
    ...(added.length === 0
      ? []
      : [[ofFirst(filling, words.further.tags), shown(Object.fromEntries(added))] as [string, ReactNode]]),
  ];
}

function kmsKeyOf(filling: Filling, account: string | undefined): [string, ReactNode][] {
  const { draft, keys, keystore } = filling;
  if (isFilling(draft)) return filled(filling);
  const source = keys.items.find(({ id }) => id === draft.key)?.name ?? "";
  const name = draft.name || (isSpreading(draft) ? words.kmsKey.copied(source) : source);
  const regions = draft.regions.length > 0 ? draft.regions : (keystore?.regions.slice(0, 1) ?? []);
  const description = draft.description || keystore?.template.description || text.shell.none;
  const isMultiRegion = multiRegionOf(draft) ?? keystore?.template.multi_region ?? false;
  return [
    [words.kmsKey.keystore, keystore?.name],
    ...furtherOf(filling),
    [ofFirst(filling, words.kmsKey.name, draft.name !== ""), name],
    [words.kmsKey.aliases, lines(draft.aliases)],
    [ofFirst(filling, words.kmsKey.description, draft.description === ""), description],
    [ofFirst(filling, words.kmsKey.regions), lines(regions)],
    [words.usage.label, usageOf(filling)],
    [
      ofFirst(filling, words.kmsKey.multiRegion, draft.multiRegion === undefined),
      isMultiRegion ? text.shell.yes : text.shell.no,
    ],
    [words.kmsKey.state, draft.enabled ? words.kmsKey.enabled : words.kmsKey.disabled],
    ...accessOf(filling, account),
    ...expires(filling),
    [words.further.schedule, scheduleOf(draft)],
    ...tagsIn(filling),
  ];
}

function Pairs({ title, pairs }: { title: string; pairs: [string, ReactNode][] }) {
  return (
    <Container header={<Header variant="h2">{title}</Header>}>
      <KeyValuePairs
        columns={4}
        items={pairs.map(([label, value]) => ({ label, value: value ?? text.shell.none }))}
      />
    </Container>
  );
}

export function Summary(filling: Filling) {
  const connection = filling.keystore?.connection ?? "";
  const where = { path: { connection } };
  const { data } = useRead("/api/v1/connections/{connection}", where, { enabled: connection !== "" });
  return (
    <SpaceBetween size="l">
      <Pairs title={words.summary.material} pairs={materialOf(filling)} />
      <Pairs title={words.summary.kmsKey} pairs={kmsKeyOf(filling, data?.account ?? undefined)} />
    </SpaceBetween>
  );
}
