#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""onnxruntime beside the encoder, with the commands of bench_encoder.c.

    onnx_peer.py GRAPH.onnx TOKENIZER.json NAMES THREADS default|sorted
    onnx_peer.py GRAPH.onnx TOKENIZER.json --first TEXT

"default" takes the names as they come, 256 a batch; "sorted" takes them by length, 64 a batch.
Both pad to the longest of the batch. Needs the packages onnxruntime, tokenizers and numpy.
"""

import resource
import statistics
import sys
import time

import numpy
import onnxruntime
import tokenizers

BATCH = {"default": 256, "sorted": 64}


class Peer:
    def __init__(self, graph, tokenizer, threads, batching):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        start = time.perf_counter_ns()
        self.session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
        self.create_ns = time.perf_counter_ns() - start
        self.tokenizer = tokenizers.Tokenizer.from_file(tokenizer)
        self.tokenizer.no_padding()
        self.tokenizer.enable_truncation(256)
        self.batching = batching

    def run_batch(self, texts):
        longest = max(len(text.ids) for text in texts)
        ids = numpy.zeros((len(texts), longest), numpy.int64)
        mask = numpy.zeros((len(texts), longest), numpy.int64)
        for row, text in enumerate(texts):
            ids[row, : len(text.ids)] = text.ids
            mask[row, : len(text.ids)] = 1
        return self.session.run(None, {"ids": ids, "mask": mask})[0]

    def embed(self, names):
        texts = self.tokenizer.encode_batch_fast(names)
        order = list(range(len(texts)))
        if self.batching == "sorted":
            order.sort(key=lambda i: len(texts[i].ids))
        vectors = None
        for at in range(0, len(order), BATCH[self.batching]):
            batch = order[at : at + BATCH[self.batching]]
            rows = self.run_batch([texts[i] for i in batch])
            if vectors is None:
                vectors = numpy.empty((len(texts), rows.shape[1]), numpy.float32)
            vectors[batch] = rows
        return vectors


def obey(peer, names, words):
    if words[0] == "rss":
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    first, count = int(words[1]), int(words[2])
    chosen = names[first : first + count]
    if words[0] == "each":
        times = []
        for name in chosen:
            start = time.perf_counter_ns()
            peer.embed([name])
            times.append(time.perf_counter_ns() - start)
        return int(statistics.median(times))
    start = time.perf_counter_ns()
    vectors = peer.embed(chosen)
    if words[0] == "write":
        vectors.tofile(words[3])
    return time.perf_counter_ns() - start


def main():
    graph, tokenizer = sys.argv[1:3]
    if sys.argv[3] == "--first":
        sys.stdout.buffer.write(Peer(graph, tokenizer, 1, "default").embed([sys.argv[4]]).tobytes())
        return
    with open(sys.argv[3], encoding="utf-8") as file:
        names = file.read().splitlines()
    peer = Peer(graph, tokenizer, int(sys.argv[4]), sys.argv[5])
    print(peer.create_ns, onnxruntime.__version__, flush=True)
    for line in sys.stdin:
        print(obey(peer, names, line.split()), flush=True)


if __name__ == "__main__":
    main()
