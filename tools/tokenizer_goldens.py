#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes the reference token ids in competency/tests/text/data/.

    python3 -m venv venv && venv/bin/pip install tokenizers==0.21.0
    venv/bin/python tools/tokenizer_goldens.py MODEL/tokenizer.json competency/tests/text/data

`--random N --seed S` sets the number of random texts and where they start: a larger set than the
one in the repository can be written elsewhere and given to the tests by name.

Four files:
  characters.vocab  a vocabulary of single characters, so that ids spell the normalised text
  characters.ids    texts over that vocabulary, in every combination of the options
  characters.sweep  what the texts FORMS make of every code point, as digests of blocks of it
  model.ids         texts over the model's own vocabulary

A line of the .sweep file is: options, tab, form, tab, first code point, tab, the first 16 digits
of a SHA-256. Hashed are, for each code point of the block, the words of the text that the form
makes of it, each with U+001F behind it, and U+001E at the end of the text.

A line of an .ids file is: options, tab, text, tab, ids. Options: l lower case, s strip accents,
c space CJK, t special tokens are text. In the text, a code point outside printable ASCII, and the
backslash, is written \\{HEX}.
"""
import argparse
import datetime
import hashlib
import json
import random

import tokenizers
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

SPECIALS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
OPTIONS = ["lsc", "lsct", "ls", "lc", "sc", "c", ""]
SWEEP_OPTIONS = ["lsc", "lc", "sc", "c"]
BLOCK = 16384
# A code point alone, within a word, and among marks, where canonical ordering may move it.
FORMS = {"alone": ("", ""), "word": ("a", "b"), "marks": ("a\u0323\u0301", "\u0316\u0334z")}


def span(first, last, step=1):
    return [chr(c) for c in range(first, last + 1, step)]


ALPHABET = (
    span(0x00, 0x7F)
    + span(0x80, 0xFF)
    + list("ĀąĆčĎđĖęĞİıĽłŃňŐœŘßſŠťŮůŹžƠưǅǰȘț")
    + list("ẁếệộởỰỳẛẞΑΆΐΰΣςσϓάᾳῷ`;Ω℩KÅ≠≮⊬")
    + list("АЙйЁёҐ҃՝Աև")
    + list("\u0300\u0301\u0323\u0327\u0334\u0338\u0345\u035c\u0360\u0483\u05b0\u05bc\u0651\u064b")
    + list("אבשׁ־،؛؟ابلأآ\u0670\u06d6क़़् \u0939\u093e\u09cb\u0b94\u0e01\u0e31\u0e33\u0e38\u0f43\u0fb7\u0f0b")
    + list("\u08d4\u08e1\u1b44\u1baa\u1bf2\u1dfb\u302e\u302f\ua953\U00011935\U00011930\U00011938\U0001d165")
    + list("\U0001d15e\U0001d16d\U0001e000\U0001e944\u0898\u1abf\u08ca\u1734\u166d\U000111c9\u2e43\u2e52")
    + list("가각힣\u1100\u1161\u11a8がガパ\u3099\u309a゛ーｶﾞ東京都中文\u3400\u4dbf\u4dc0\u9fff\ua000\uf900\ufaff")
    + list("\U00020000\U0002a6df\U0002a6e0\U0002b81f\U0002b820\U0002b91f\U0002b920\U0002ceaf\U0002ceb0\U0002f800\U0002fa1f")
    + list("😀👩💻🏽🇩🇪\u200d\ufe0f\u20e3©®™€£°×÷¼²")
    + list("\u00a0\u00ad\u1680\u180e\u2000\u2003\u200a\u200b\u200c\u200e\u200f\u2028\u2029\u202e\u202f\u205f\u2060\u2066\u3000\ufeff")
    + list("\u2010\u2013\u2014\u2018\u2019\u201c\u201d\u2026\u2030\u2039\u2042\u3001\u3002\u300c\uff01\uff0c\uff3b\uff5e\ufe4f")
    + list("\ue000\uf8ff\ufffd\ufffe\uffff\ufdd0\U0001fffe\U000f0000\U0010fffd\U0010ffff\u0378\U0001f9ff\U000e0041\U000e0100")
    + list("\u0890\u08e2\U000110cd\U00013430\U00010400\U00010428\U0001d7d8ⅣⓐＡａ\u1e9e\u212b\u0344\u0958\u2adc\ufb1d\ufb2c")
)

SKILLS = """C++|C#|.NET|Node.js|F#|Objective-C|CI/CD|TCP/IP|A/B testing|PL/SQL|Python 3.11|Vue.js 3|GNU/Linux|HTML5 & CSS3
R&D management|e-commerce|Front-End|GraphQL APIs|k8s|OAuth2.0|@Transactional|$lookup|100% remote|~/.bashrc|{JSON}|<T extends U>
résumé writing|naïve Bayes|Ångström metrology|façade maintenance|Zürich|smörgåsbord|Łódź|Đà Nẵng|İstanbul|STRASSE Straße GROẞE
データ分析|機械学習|自然言語処理 (NLP)|人工智能 AI|머신러닝|한국어 번역|Машинное обучение|Управление проектами|Ελληνικά|ΣΊΣΥΦΟΣ
تحليل البيانات|עברית מדוברת|हिन्दी|ภาษาไทย|Tiếng Việt|ქართული|አማርኛ|தமிழ்|👩‍💻 coding 🚀|I ❤️ SQL|🇩🇪 German|٣ سنوات|Ⅳ ⅳ ﬁ ﬀ
supercalifragilisticexpialidocious|unaffable|electroencephalographically|[CLS] [SEP]|[MASK]ed|[mask]|[ MASK ]|[UNK]nown|[[PAD]]|[unused1]
don't|rock 'n' roll|“smart quotes”|en–dash em—dash|a\u200bb|soft\u00adhyphen|non\u00a0breaking|\u0000nul\u0000|\ufeffBOM|x\u0301\u0323y|e\u0301|\u0301alone
#@!|...|###|##ing|a##b|_snake_case_|CamelCase|HTTPServer2|1,234.56|3e-10|10^6|α-β pruning|Schrödinger's cat|¿Qué?|«guillemets»
   leading and trailing   ||\u0301\u0302|中|中文字|a中b|\u3400x\u4dbf|\U0002b820|\U0002b920|ｆｕｌｌｗｉｄｔｈ|①②③|½ cup|20 °C|5 €|© 2026|Hello, World!|hello world
This is an example sentence|Each sentence is converted.|Café déjà vu — 東京|What is Deep Learning?|how are you|doctor|physician"""


def reference(vocabulary, options):
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(
        clean_text=True,
        handle_chinese_chars="c" in options,
        strip_accents="s" in options,
        lowercase="l" in options,
    )
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    if "t" not in options:
        tokenizer.add_special_tokens([s for s in SPECIALS if s in vocabulary])
    return tokenizer


def encode(tokenizer, vocabulary, texts):
    cls, sep = vocabulary["[CLS]"], vocabulary["[SEP]"]
    return [[cls, *e.ids, sep] for e in tokenizer.encode_batch(texts, add_special_tokens=False)]


def escape(text):
    return "".join(c if " " <= c <= "~" and c != "\\" else "\\{%X}" % ord(c) for c in text)


def write_ids(path, header, vocabulary, cases):
    with open(path, "w", encoding="ascii", newline="\n") as out:
        out.write(header)
        for options, texts in cases:
            ids = encode(reference(vocabulary, options), vocabulary, texts)
            for text, row in zip(texts, ids):
                out.write("%s\t%s\t%s\n" % (options, escape(text), " ".join(map(str, row))))


def character_vocabulary():
    spelled = set(ALPHABET)
    for options in OPTIONS:
        normalise = reference({"[UNK]": 0}, options).normalizer.normalize_str
        for char in ALPHABET:
            spelled.update(normalise("a" + char))
    entries = sorted(c for c in spelled if c not in "\n\r")
    return SPECIALS + entries + ["##" + c for c in entries]


def split_words(options):
    """The function from a text to its words, without a vocabulary."""
    tokenizer = reference({"[UNK]": 0}, options)
    normalise, split = tokenizer.normalizer.normalize_str, tokenizer.pre_tokenizer.pre_tokenize_str
    return lambda text: [word for word, _ in split(normalise(text))]


def write_sweep(path, header):
    with open(path, "w", encoding="ascii", newline="\n") as out:
        out.write(header)
        for options in SWEEP_OPTIONS:
            words_of = split_words(options)
            for form, (before, after) in FORMS.items():
                for first in range(0, 0x110000, BLOCK):
                    digest = hashlib.sha256()
                    for c in range(first, first + BLOCK):
                        if not 0xD800 <= c < 0xE000:
                            words = words_of(before + chr(c) + after)
                            digest.update(("".join(w + "\x1f" for w in words) + "\x1e").encode())
                    out.write("%s\t%s\t%X\t%s\n" % (options, form, first, digest.hexdigest()[:16]))


def random_text(rng, longest):
    """A text that stays in one neighbourhood of the alphabet for a while, as real text does."""
    text = []
    for _ in range(rng.randint(1, longest)):
        kind = rng.random()
        if kind < 0.25:
            text.append(chr(rng.randint(0x61, 0x7A)))
        elif kind < 0.35:
            text.append(" ")
        elif kind < 0.38:
            text.append(rng.choice(SPECIALS))
        else:
            text.append(rng.choice(ALPHABET))
    return "".join(text)


def long_words(rng):
    words = ["a" * n for n in (99, 100, 101, 102, 300)]
    words += ["é" * n for n in (100, 101)] + ["한" * n for n in (33, 34, 50)]
    words += ["a" * 100 + "\u0301", "a" * 100 + "\u00e9", "a" * 99 + "\u00ad" + "b", "a" * 101 + "-b"]
    words += ["\u302e\u1b44" * n for n in (3, 50, 51)] + ["x" + "\u302e\U0001d165\u1b44\u08d4" * 26]
    words += ["".join(rng.choice("\u302e\u302f\U0001d165\u1b44\u1bf2\u0301\u08d4\u0e31\u0345b") for _ in range(40)) for _ in range(20)]
    return words


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("tokenizer_json")
    parser.add_argument("folder")
    parser.add_argument("--random", type=int, default=100)
    parser.add_argument("--seed", type=int, default=20261123)
    args = parser.parse_args()
    rng = random.Random(args.seed)
    header = "# tools/tokenizer_goldens.py, tokenizers %s, seed %d, %d random texts, %s\n" % (
        tokenizers.__version__, args.seed, args.random, datetime.date.today())

    entries = character_vocabulary()
    with open(args.folder + "/characters.vocab", "w", encoding="utf-8", newline="\n") as out:
        out.writelines(entry + "\n" for entry in entries)
    characters = {entry: i for i, entry in enumerate(entries)}
    skills = [s for line in SKILLS.split("\n") for s in line.split("|")] + ["tab\tnew\nline\r\nend"]
    write_sweep(args.folder + "/characters.sweep", header)
    write_ids(args.folder + "/characters.ids", header, characters,
              [(o, long_words(rng) + [random_text(rng, 24) for _ in range(args.random)]) for o in OPTIONS])

    model = json.load(open(args.tokenizer_json, encoding="utf-8"))["model"]["vocab"]
    write_ids(args.folder + "/model.ids", header, model,
              [("lsc", [""] + skills + long_words(rng) + [random_text(rng, 60) for _ in range(args.random)]),
               ("lsct", skills[:80])])


main()
