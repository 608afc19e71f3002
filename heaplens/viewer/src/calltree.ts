// SPDX-License-Identifier: MIT
// Call stacks merged into a tree whose nodes have labels. Only the shape is kept here; figures are
// summed over it for one metric at a time. Arrays instead of objects: a profile of 20,000 sites has
// some hundred thousand nodes.
import type { Profile } from "./profile";

export const ROOT = 0;

export interface TreeOptions {
  /** Innermost functions at the root, callers below. */
  isInverted: boolean;
  /** A function that calls itself is one node. */
  foldsRecursion: boolean;
}

export class CallTree {
  readonly label: number[] = [-1];
  readonly parent: number[] = [-1];
  readonly firstChild: number[] = [-1];
  readonly nextSibling: number[] = [-1];
  // Children by parent and label, open addressing; 0 is free, since the root is nobody's child. A Map
  // would box every key, parent * labels being beyond the small integers: to invert the stacks of
  // 100,000 sites took it three times as long.
  private slots = new Int32Array(1 << 12);

  constructor(private readonly options: TreeOptions) {}

  get size(): number {
    return this.label.length;
  }

  private child(parent: number, label: number): number {
    if (this.options.foldsRecursion && this.label[parent] === label) {
      return parent;
    }
    const slot = this.slotOf(parent, label);
    return this.slots[slot] !== 0 ? this.slots[slot]! : this.addChild(parent, label, slot);
  }

  // Where the child is, or where it belongs.
  private slotOf(parent: number, label: number): number {
    const mask = this.slots.length - 1;
    let at = Math.imul(Math.imul(parent, 0x9e3779b1) ^ label, 0x85ebca6b);
    at = (at ^ (at >>> 15)) & mask;
    for (let node = this.slots[at]!; node !== 0; node = this.slots[at]!) {
      if (this.parent[node] === parent && this.label[node] === label) {
        break;
      }
      at = (at + 1) & mask;
    }
    return at;
  }

  private addChild(parent: number, label: number, slot: number): number {
    const node = this.label.length;
    this.slots[slot] = node;
    this.label.push(label);
    this.parent.push(parent);
    this.firstChild.push(-1);
    this.nextSibling.push(this.firstChild[parent]!);
    this.firstChild[parent] = node;
    if (2 * node > this.slots.length) {
      this.growSlots();
    }
    return node;
  }

  private growSlots(): void {
    this.slots = new Int32Array(4 * this.slots.length);
    for (let node = ROOT + 1; node < this.size; node++) {
      this.slots[this.slotOf(this.parent[node]!, this.label[node]!)] = node;
    }
  }

  /**
   * Add the stacks of all sites.
   *
   * @param labels of each slot of the profile
   * @returns the node at which each site's stack ends
   */
  add(profile: Profile, labels: Int32Array): Int32Array {
    return this.options.isInverted ? this.addInverted(profile, labels) : this.addStacks(profile, labels);
  }

  private addStacks(profile: Profile, labels: Int32Array): Int32Array {
    const { parent, location } = profile.data.nodes;
    const treeNode = new Int32Array(parent.length);
    for (let node = 1; node < parent.length; node++) {
      let at = treeNode[parent[node]!]!;
      const place = location[node]!;
      for (let slot = profile.slotFirst[place + 1]! - 1; slot >= profile.slotFirst[place]!; slot--) {
        at = this.child(at, labels[slot]!);
      }
      treeNode[node] = at;
    }
    return Int32Array.from(profile.column("stack"), (node) => treeNode[node]!);
  }

  private addInverted(profile: Profile, labels: Int32Array): Int32Array {
    const { parent, location } = profile.data.nodes;
    return Int32Array.from(profile.column("stack"), (stack) => {
      let at = ROOT;
      for (let node = stack; node !== 0; node = parent[node]!) {
        const place = location[node]!;
        for (let slot = profile.slotFirst[place]!; slot < profile.slotFirst[place + 1]!; slot++) {
          at = this.child(at, labels[slot]!);
        }
      }
      return at;
    });
  }

  /** The figure of each node: of the sites that end there or below. */
  sum(ends: Int32Array, values: ArrayLike<number>): Float64Array {
    const sums = new Float64Array(this.size);
    for (let site = 0; site < ends.length; site++) {
      sums[ends[site]!]! += values[site]!;
    }
    for (let node = this.size - 1; node > ROOT; node--) {
      sums[this.parent[node]!]! += sums[node]!;
    }
    return sums;
  }

  /** Children with a figure, largest first. */
  childrenOf(node: number, sums: Float64Array): number[] {
    const children: number[] = [];
    for (let child = this.firstChild[node]!; child !== -1; child = this.nextSibling[child]!) {
      if (sums[child]! > 0) {
        children.push(child);
      }
    }
    return children.sort((a, b) => sums[b]! - sums[a]! || this.label[a]! - this.label[b]!);
  }

  /** The nodes from the root's child down to a node. */
  path(node: number): number[] {
    const nodes: number[] = [];
    for (let at = node; at > ROOT; at = this.parent[at]!) {
      nodes.push(at);
    }
    return nodes.reverse();
  }
}
