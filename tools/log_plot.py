# SPDX-License-Identifier: MIT
"""A plot with two logarithmic axes, as SVG: points, joined in the order of x, of a few series."""
import math
from html import escape

WIDTH, HEIGHT = 640, 360
LEFT, RIGHT, TOP, BOTTOM = 80, 20, 40, 50
COLOURS = ("#1f6feb", "#bf3989", "#1a7f37")


def ticks(low, high):
    """1, 2 and 5 times powers of ten between low and high, and the next on either side."""
    found = [m * 10.0 ** e for e in range(math.floor(math.log10(low)) - 1, math.ceil(math.log10(high)) + 2) for m in (1, 2, 5)]
    first = max(i for i, tick in enumerate(found) if tick <= low)
    last = min(i for i, tick in enumerate(found) if tick >= high)
    return found[first:last + 1]


class Axis:
    def __init__(self, values, start, end):
        self.ticks = ticks(min(values), max(values))
        self.low, self.high = math.log(self.ticks[0]), math.log(self.ticks[-1])
        self.start, self.end = start, end

    def place(self, value):
        share = (math.log(value) - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)


def text(x, y, words, anchor="middle", extra=""):
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{extra}>{escape(words)}</text>'


def grid(x, y):
    for tick in x.ticks:
        at = x.place(tick)
        yield f'<line x1="{at:.1f}" y1="{TOP}" x2="{at:.1f}" y2="{HEIGHT - BOTTOM}" stroke="#ddd"/>'
        yield text(at, HEIGHT - BOTTOM + 16, f"{tick:,g}")
    for tick in y.ticks:
        at = y.place(tick)
        yield f'<line x1="{LEFT}" y1="{at:.1f}" x2="{WIDTH - RIGHT}" y2="{at:.1f}" stroke="#ddd"/>'
        yield text(LEFT - 6, at + 4, f"{tick:,g}" if tick < 1e6 else f"{tick:,.0f}", "end")


def curve(x, y, points, colour):
    places = [(x.place(a), y.place(b)) for a, b in points]
    yield f'<polyline fill="none" stroke="{colour}" stroke-width="1.5" points="' \
          + " ".join(f"{a:.1f},{b:.1f}" for a, b in places) + '"/>'
    for a, b in places:
        yield f'<circle cx="{a:.1f}" cy="{b:.1f}" r="3.5" fill="{colour}"/>'


def svg(title, x_label, y_label, series):
    """`series`: {label: [(x, y)]}, all above 0."""
    points = [point for line in series.values() for point in line]
    x = Axis([a for a, _ in points], LEFT, WIDTH - RIGHT)
    y = Axis([b for _, b in points], HEIGHT - BOTTOM, TOP)
    lines = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">',
             f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>', text(WIDTH / 2, 20, title, extra=' font-size="14"'),
             *grid(x, y), text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 12, x_label), text(LEFT - 6, TOP - 10, y_label, "end")]
    for at, (label, line) in enumerate(series.items()):
        colour = COLOURS[at % len(COLOURS)]
        lines += curve(x, y, line, colour)
        lines.append(text(LEFT + 12, TOP + 18 + 16 * at, label, "start", f' fill="{colour}"'))
    return "\n".join([*lines, "</svg>"]) + "\n"
