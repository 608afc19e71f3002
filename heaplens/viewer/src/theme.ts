// SPDX-License-Identifier: MIT
// Light, dark, or as the system has it: a button that goes through the three.
import { h } from "./dom";

type Theme = "auto" | "light" | "dark";
const THEMES: readonly Theme[] = ["auto", "light", "dark"];
const THEME_KEY = "heaplens-theme";

function storedTheme(): Theme {
  const shown = document.documentElement.dataset["theme"];
  try {
    const stored = shown ?? localStorage.getItem(THEME_KEY);
    return THEMES.find((theme) => theme === stored) ?? "auto";
  } catch {
    return THEMES.find((theme) => theme === shown) ?? "auto";
  }
}

export function themeButton(): HTMLElement {
  const button = h("button", {
    type: "button",
    id: "theme",
    click: () => set(THEMES[(THEMES.indexOf(storedTheme()) + 1) % THEMES.length]!),
  });
  const set = (theme: Theme) => {
    document.documentElement.dataset["theme"] = theme;
    button.textContent = `Theme: ${theme}`;
    try {
      localStorage.setItem(THEME_KEY, theme);
    } catch {
      // Some browsers keep nothing for pages from disk: the choice then lasts as long as the page.
    }
  };
  set(storedTheme());
  return button;
}
