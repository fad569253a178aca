import { describe, expect, it } from "vitest";

import type { Schemas } from "../../api/client";
import { copyToGroup, copyToKeystores, placesOf, suggested } from "./copy";

const keystore = (id: string, ...regions: string[]) => ({ id, regions }) as Schemas["KeystoreView"];
const shop = keystore("shop", "eu-central-1", "eu-west-1");
const branch = keystore("branch", "us-east-1");

describe("a copy", () => {
  it("is called by the first name that is free", () => {
    expect(suggested("orders", [])).toBe("orders_copy1");
    expect(suggested("orders", ["orders_copy1", "orders_copy3"])).toBe("orders_copy2");
  });

  it("is one KMS key for each keystore and Region", () => {
    expect(placesOf([shop, branch], [])).toEqual([{ keystore: "shop" }, { keystore: "branch" }]);
    expect(placesOf([shop, branch], ["eu-central-1", "eu-west-1"])).toEqual([
      { keystore: "shop", settings: { regions: ["eu-central-1"] } },
      { keystore: "shop", settings: { regions: ["eu-west-1"] } },
      { keystore: "branch" },
    ]);
  });

  it("is named by whoever copies where there is one", () => {
    expect(copyToKeystores("k", placesOf([branch], []), "mine")?.body).toEqual({
      keystores: [{ keystore: "branch", name: "mine" }],
    });
    expect(copyToKeystores("k", placesOf([shop, branch], []), "mine")?.body).toEqual({
      keystores: [{ keystore: "shop" }, { keystore: "branch" }],
    });
    expect(copyToKeystores("k", [], "mine")).toBeUndefined();
    expect(copyToGroup("k", "archive", "", false)?.body).toEqual({ group: "archive", exportable: false });
    expect(copyToGroup("k", "", "", false)).toBeUndefined();
  });
});
