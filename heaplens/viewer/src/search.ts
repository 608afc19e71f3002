// SPDX-License-Identifier: MIT
// The one search of the page: a text that a function, its source file or its module contains.
import type { Label } from "./labels";
import type { Profile } from "./profile";

export class Search {
  private readonly wanted: string;

  constructor(readonly text: string) {
    this.wanted = text.trim().toLowerCase();
  }

  get isActive(): boolean {
    return this.wanted !== "";
  }

  private has(text: string): boolean {
    return text.toLowerCase().includes(this.wanted);
  }

  matchesLabel(label: Label): boolean {
    return this.isActive && (this.has(label.text) || this.has(label.place) || this.has(label.module));
  }

  /** 1 for each site in whose stack the text is found. */
  sites(profile: Profile): Uint8Array {
    const slots = new Uint8Array(profile.slotCount);
    for (let slot = 0; slot < profile.slotCount; slot++) {
      slots[slot] = Number(
        this.has(profile.slotText(slot)) || this.has(profile.slotPath(slot)) || this.has(profile.slotModule(slot)),
      );
    }
    const { parent, location } = profile.data.nodes;
    const nodes = new Uint8Array(parent.length);
    for (let node = 1; node < parent.length; node++) {
      const place = location[node]!;
      const own = slots.subarray(profile.slotFirst[place]!, profile.slotFirst[place + 1]!);
      nodes[node] = nodes[parent[node]!]! | Number(own.includes(1));
    }
    return Uint8Array.from(profile.column("stack"), (stack) => nodes[stack]!);
  }
}
