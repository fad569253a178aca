import { beforeEach, describe, expect, it } from "vitest";

import { entered, isLost, regained, wentBack } from "./focus";

function show(html: string): HTMLElement {
  document.body.innerHTML = `<button id="opener"></button><main id="content" tabindex="-1"></main>${html}`;
  return document.getElementById("dialog") as HTMLElement;
}

const focused = () => document.activeElement?.id;
const DIALOG = (inner: string) => `<div id="dialog" tabindex="-1">${inner}</div>`;

describe("the focus of a dialog", () => {
  beforeEach(() => show(""));

  it("goes to its first field, be it typed or chosen", () => {
    entered(show(DIALOG('<input type="file"><button>Help</button><input id="name"><textarea></textarea>')));
    expect(focused()).toBe("name");
    entered(show(DIALOG('<button aria-haspopup="listbox" id="choice"></button><input id="name">')));
    expect(focused()).toBe("choice");
  });

  it("goes to the whole where nothing can be said", () => {
    entered(show(DIALOG("<button>Close</button><input disabled>")));
    expect(focused()).toBe("dialog");
  });

  it("is lost with what is gone, and goes to what is asked for next", () => {
    const dialog = show(DIALOG('<input id="days"><span data-next="true"><input id="typed"></span>'));
    document.getElementById("days")?.focus();
    expect(isLost(dialog)).toBe(false);
    document.getElementById("days")?.remove();
    expect(isLost(dialog)).toBe(true);
    regained(dialog);
    expect(focused()).toBe("typed");
  });

  it("goes back to what opened it", () => {
    wentBack(document.getElementById("opener"));
    expect(focused()).toBe("opener");
  });

  it("goes to the page where what opened it is gone", () => {
    const opener = document.getElementById("opener");
    opener?.remove();
    wentBack(opener);
    expect(focused()).toBe("content");
    show("");
    wentBack(document.body);
    expect(focused()).toBe("content");
  });

  it("stays where something else took it", () => {
    show('<input id="search">');
    document.getElementById("search")?.focus();
    wentBack(document.getElementById("opener"));
    expect(focused()).toBe("search");
  });
});
