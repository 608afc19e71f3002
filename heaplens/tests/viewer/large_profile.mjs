// SPDX-License-Identifier: MIT
// A profile of as many sites as are asked for, with stacks 20 to 40 deep that share their outer part,
// as those of a real program do; and its sums, computed from the stacks as they were drawn.

const FUNCTIONS = 8000;
const LOCATIONS = 30000;
const SEED = 20;

// Park and Miller's minimal standard generator: the same profile every time.
function generator() {
  let state = SEED;
  return (below) => {
    state = (state * 48271) % 2147483647;
    return state % below;
  };
}

function drawLocations(draw, firstName) {
  const frames = { function: [], file: [], line: [] };
  const locations = { address: [], module: [], frame_first: [], frame_count: [] };
  for (let i = 0; i < LOCATIONS; i++) {
    const count = i % 17 === 0 ? 0 : i % 5 === 0 ? 2 : 1; // no symbol, one inlined, plain
    locations.address.push((0x1000 + 16 * i).toString(16));
    locations.module.push(i % 11 === 0 ? 1 : 0);
    locations.frame_first.push(frames.line.length);
    locations.frame_count.push(count);
    for (let f = 0; f < count; f++) {
      frames.function.push(firstName + draw(FUNCTIONS));
      frames.file.push(0);
      frames.line.push(i % 900);
    }
  }
  return { frames, locations };
}

function drawStacks(draw, siteCount) {
  const nodes = { parent: [0], location: [0] };
  const stacks = [];
  let path = [0];
  for (let site = 0; site < siteCount; site++) {
    path = path.slice(0, Math.max(1, Math.min(path.length, 8 + draw(22))));
    do {
      nodes.parent.push(path[path.length - 1]);
      nodes.location.push(draw(LOCATIONS));
      path.push(nodes.parent.length - 1);
    } while (path.length < 20 + draw(20));
    stacks.push(path);
  }
  return { nodes, stacks };
}

export function largeProfile(siteCount) {
  const draw = generator();
  const names = ["", ...Array.from({ length: FUNCTIONS }, (_, i) => `space${i % 97}::function_${i}<std::vector<int>>`)];
  const { frames, locations } = drawLocations(draw, 1);
  const { nodes, stacks } = drawStacks(draw, siteCount);
  const figures = {};
  const column = (key) => (figures[key] ??= stacks.map(() => draw(draw(100) === 0 ? 10000000 : 20000)));
  const add = (values) => values.reduce((sum, value) => sum + value, 0);

  const isIn = (path, index) =>
    path.slice(1).some((node) => {
      const first = locations.frame_first[nodes.location[node]];
      return frames.function.slice(first, first + locations.frame_count[nodes.location[node]]).includes(index + 1);
    });

  return {
    names,
    /** The tables, in place of those of a small process. */
    fill: (process) => ({
      ...process,
      frames,
      locations,
      nodes,
      responsible: stacks.flatMap((path) => [nodes.location[path[path.length - 1]], 0]),
      findings: [],
      sites: {
        ...Object.fromEntries(Object.keys(process.sites).map((key) => [key, column(key)])),
        stack: stacks.map((path) => path[path.length - 1]),
      },
    }),
    sum: (key) => add(column(key)),
    /** Of the sites in whose stack function `index` is. */
    sumWith: (index, key) => {
      const values = column(key).filter((value, site) => value > 0 && isIn(stacks[site], index));
      return { sum: add(values), count: values.length };
    },
  };
}
