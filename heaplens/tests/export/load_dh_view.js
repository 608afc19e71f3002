// SPDX-License-Identifier: MIT
// Loads DHAT files into Valgrind's own viewer, and renders each under every sort metric.
//
//     node load_dh_view.js FILE...
//
// The viewer's code runs unchanged on a page made of plain objects. A file is refused where the
// viewer throws, where its sums are not the file's, where a figure on the page is not a number, or
// where a frame does not have the shape that profiler.firefox.com reads. Prints a line for each file,
// with the sums: bytes and blocks in total, bytes at the peak and at the end. Exit status 77 where
// there is no viewer; DH_VIEW_JS says where else it is.
"use strict";
const fs = require("fs");
const vm = require("vm");

const places = ["/usr/libexec/valgrind/dh_view.js", "/usr/lib/valgrind/dh_view.js"];
const viewer = process.env.DH_VIEW_JS || places.find(fs.existsSync) || places[0];

/** "0xADDRESS: function (file.c:LINE)", "... (in MODULE)"; what is in no file is shown as it is. */
const FRAME = /^0x[0-9A-F]+: (.+ \((in .+|.+:\d+)\)|.+)$/;

/** As much of a DOM element as the viewer touches. */
class Element {
    constructor(name) {
        this.name = name;
        this.childNodes = [];
    }
    get selectedIndex() {
        return this.childNodes.reduce((found, child, index) => (child.selected ? index : found), 0);
    }
    appendChild(child) {
        child.parentNode = this;
        this.childNodes.push(child);
        return child;
    }
    cloneNode() {
        return new Element(this.name);
    }
    replaceChild(child, old) {
        child.parentNode = this;
        this.childNodes[this.childNodes.indexOf(old)] = child;
    }
    get text() {
        return (this.textContent || "") + this.childNodes.map((child) => child.text).join("");
    }
}

function makePage() {
    const body = new Element("body");
    const document = {
        body,
        location: { search: "" },
        createElement: (name) => new Element(name),
        createTextNode: (text) => Object.assign(new Element("#text"), { textContent: text }),
    };
    return vm.createContext({ document, console, performance: { now: () => 0 }, URLSearchParams });
}

function checkFrames(profile) {
    const bad = profile.ftbl.slice(1).find((frame) => !FRAME.test(frame));
    if (profile.ftbl[0] !== "[root]" || bad !== undefined) {
        throw new Error(`frame ${bad === undefined ? profile.ftbl[0] : bad}`);
    }
    for (const { fs: stack } of profile.pps) {
        if (!stack.every((index) => index > 0 && index < profile.ftbl.length)) {
            throw new Error(`a stack of frames ${stack}, limit ${profile.ftbl.length}`);
        }
    }
}

/** Throws unless the viewer accepts the profile and shows it whole. */
function load(path) {
    const page = makePage();
    vm.runInContext(fs.readFileSync(viewer, "utf8"), page, { filename: viewer });
    page.text = new TextDecoder("utf-8", { fatal: true }).decode(fs.readFileSync(path));
    page.path = path;
    vm.runInContext("onLoad(); gFilename = path; gData = JSON.parse(text); buildTree();", page);

    const profile = JSON.parse(page.text);
    checkFrames(profile);
    const sums = JSON.parse(vm.runInContext(
        "JSON.stringify([gRoot._totalBytes, gRoot._totalBlocks, gRoot._atTGmaxBytes, gRoot._atTEndBytes])", page));
    ["tb", "tbk", "gb", "eb"].forEach((field, index) => {
        const sum = profile.pps.reduce((total, point) => total + point[field], 0);
        if (sums[index] !== sum) {
            throw new Error(`the viewer sums ${field} to ${sums[index]}, the file to ${sum}`);
        }
    });

    const shown = JSON.parse(vm.runInContext(`
        JSON.stringify(gSelect.childNodes.filter((option) => !option.disabled).map((option) => {
            gSelect.childNodes.forEach((other) => { other.selected = other === option; });
            displayTree();
            return gMainDiv.text;
        }))`, page));
    for (const text of shown) {
        const bad = text.match(/.*\b(NaN|undefined)\b.*/);
        if (bad) {
            throw new Error(`the page says: ${bad[0].trim()}`);
        }
        if (!text.includes("PP 1")) {
            throw new Error("the page shows no program point");
        }
    }
    return { points: profile.pps.length, metrics: shown.length, sums };
}

if (!fs.existsSync(viewer)) {
    console.log(`there is no ${viewer}`);
    process.exit(77);
}
let refused = 0;
for (const path of process.argv.slice(2)) {
    try {
        const { points, metrics, sums } = load(path);
        console.log(`${path}: ${points} program points under ${metrics} sort metrics: ${sums}`);
    } catch (error) {
        console.log(`${path}: ${error.message}`);
        refused++;
    }
}
process.exit(refused === 0 && process.argv.length > 2 ? 0 : 1);
