#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright 2026 The Trafo authors
"""Makes tests/data/pipelines: a small WordPiece tokenizer, and what transformers' pipelines answer
with it and the models of tests/data/models.

cases.json is a list of {"task", "model", "inputs", "parameters", "expected"}. Version 5 of
transformers has no question-answering any more; answer() below does what version 4 did.
"""
import json
import pathlib

import numpy
import tokenizers
import torch
import transformers

DATA = pathlib.Path(__file__).resolve().parents[1] / "data"
FOLDER = DATA / "pipelines"
MODELS = DATA / "models"
WORDS = "the a cat dog sat on mat in paris berlin is of was not and it he she red".split()
TEXT = "the cat sat on a mat in paris"
LONG = " ".join(f"{word} {other}" for word in WORDS[:12] for other in ("cat", "dogs in", "xyz"))
TEXTS = [TEXT, "He was not in Berlin, was he?", "", "q 北 zebra", "it is [SEP] red"]
STRATEGIES = ["none", "simple", "first", "average", "max"]


def make_tokenizer():
    letters = "abcdefghijklmnopqrstuvwxyz"
    tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS, *letters]
    tokens += ["##" + letter for letter in letters] + list(".,?!-'")
    tokenizer = tokenizers.Tokenizer(
        tokenizers.models.WordPiece(
            {token: i for i, token in enumerate(tokens)}, unk_token="[UNK]"
        )
    )
    tokenizer.normalizer = tokenizers.normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = tokenizers.decoders.WordPiece()
    tokenizer.post_processor = tokenizers.processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 2), ("[SEP]", 3)],
    )
    return transformers.BertTokenizer(
        tokenizer_object=tokenizer,
        vocab={token: i for i, token in enumerate(tokens)},
        model_max_length=40,
    )


def probabilities(logits, allowed):
    scores = numpy.where(allowed, logits[0].numpy(), -10000).astype(numpy.float32)
    scores = numpy.exp(scores - scores.max())
    return scores / scores.sum()


def spans_of(start, end, encoding, allowed, max_answer_len, count, align):
    """(score, first, last): the best spans of a window, in code points."""
    table = numpy.tril(numpy.triu(numpy.outer(start, end)), max_answer_len - 1)
    for place in numpy.argsort(-table.flatten(), kind="stable")[:count]:
        first, last = divmod(int(place), len(end))
        if not (allowed[first] and allowed[last]):
            continue
        words = encoding.word_ids[first], encoding.word_ids[last]
        places = [encoding.offsets[first], encoding.offsets[last]]
        if align and None not in words:
            places = [encoding.word_to_chars(word, 1) for word in words]
        yield float(table[first, last]), places[0][0], places[1][1]


def answer(model, tokenizer, inputs, **parameters):
    """The question-answering pipeline of transformers 4 for a tokenizer that pads on the right."""
    top_k = parameters.get("top_k", 1)
    align = parameters.get("align_to_words", True)
    size = parameters.get("max_seq_len", min(tokenizer.model_max_length, 384))
    windows = tokenizer(
        inputs["question"],
        inputs["context"],
        truncation="only_second",
        max_length=size,
        stride=parameters.get("doc_stride", min(size // 2, 128)),
        return_overflowing_tokens=True,
    ).encodings
    null, answers = 1e6, {}
    for window in windows:
        with torch.no_grad():
            outputs = model(
                input_ids=torch.tensor([window.ids]),
                token_type_ids=torch.tensor([window.type_ids]),
                attention_mask=torch.tensor([window.attention_mask]),
            )
        allowed = numpy.array([s == 1 for s in window.sequence_ids])
        allowed |= numpy.array(window.ids) == tokenizer.cls_token_id
        start = probabilities(outputs.start_logits, allowed)
        end = probabilities(outputs.end_logits, allowed)
        null = min(null, float(start[0] * end[0]))
        start[0] = end[0] = 0
        count = 2 * top_k + 10 if align else top_k
        limit = parameters.get("max_answer_len", 15)
        for score, first, last in spans_of(start, end, window, allowed, limit, count, align):
            text = inputs["context"][first:last]
            found = {"score": 0, "start": first, "end": last, "answer": text}
            answers.setdefault(text.lower(), found)["score"] += score
    answers = list(answers.values())
    if parameters.get("handle_impossible_answer"):
        answers.append({"score": null, "start": 0, "end": 0, "answer": ""})
    answers = sorted(answers, key=lambda found: -found["score"])[:top_k]
    return answers[0] if len(answers) == 1 else answers


def cases():
    """(task, model, inputs, parameters)"""
    pair = {"text": TEXT, "text_pair": "it is red"}
    for model in "bert-seqcls", "distilbert-seqcls":
        for parameters in (
            {},
            {"top_k": None},
            {"top_k": 2, "function_to_apply": "sigmoid"},
            {"top_k": 1},
            {"top_k": -1},
            {"truncation": True, "max_length": 6, "stride": 2},
            {"function_to_apply": "none"},
            {"truncation": True, "max_length": 6, "batch_size": 2},
        ):
            yield "text-classification", model, TEXT, parameters
            yield "text-classification", model, TEXTS, parameters
        yield "text-classification", model, pair, {}
        yield "text-classification", model, [pair, {"text": "a"}], {"top_k": None}
        labels = ["red", "in paris", "not it", "red"]
        yield "zero-shot-classification", model, TEXT, {"candidate_labels": labels}
        yield "zero-shot-classification", model, TEXTS[:2], {"candidate_labels": "cat , dog,"}
        yield "zero-shot-classification", model, LONG, {"candidate_labels": ["cat"]}
        multi = {"candidate_labels": labels, "multi_label": True, "hypothesis_template": "{} {{!"}
        yield "zero-shot-classification", model, TEXT, multi
    for model in "bert-tokcls", "distilbert-tokcls":
        for strategy in STRATEGIES:
            parameters = {"aggregation_strategy": strategy}
            yield "token-classification", model, TEXT, parameters
            yield "token-classification", model, TEXTS, parameters
            yield "token-classification", model, TEXT, {**parameters, "ignore_labels": []}
            if strategy != "none":
                yield "token-classification", model, LONG, {**parameters, "stride": 7}
            words = {**parameters, "is_split_into_words": True}
            yield "token-classification", model, [*TEXT.split(), "zebra,mat", "北"], words
            texts = [["in", "the paris"], ["é!", "a"]]
            yield "token-classification", model, texts, {**words, "delimiter": "--"}
        yield "token-classification", model, TEXTS, {"batch_size": 3, "ignore_labels": ["PER"]}
    for model in "bert-mlm", "distilbert-mlm":
        yield "fill-mask", model, "the [MASK] sat", {}
        yield "fill-mask", model, ["the [MASK] sat", "[MASK] and [MASK]"], {"top_k": 2}
        yield "fill-mask", model, ["the [MASK]"], {"top_k": 3, "batch_size": 2}
        targets = ["cat", "zebra", "cat", "dog"]
        yield "fill-mask", model, "the [MASK] sat", {"targets": targets}
        yield "fill-mask", model, "the [MASK] sat", {"targets": "red", "top_k": 4}
        yield "fill-mask", model, "a [MASK] " + LONG, {"tokenizer_kwargs": {"truncation": True}}
    for model in "bert-qa",:
        inputs = {"question": "who sat on it?", "context": LONG + ". Paris is Paris, it is red."}
        for parameters in (
            {},
            {"top_k": 4},
            {"top_k": 3, "max_answer_len": 2},
            {"top_k": 5, "handle_impossible_answer": True, "doc_stride": 3},
            {"top_k": 3, "max_seq_len": 20, "doc_stride": 4},
            {"top_k": 3, "align_to_words": False},
        ):
            yield "question-answering", model, inputs, parameters
        yield "question-answering", model, {"question": "é?", "context": "日本 é 北 paris"}, {}
    yield "feature-extraction", "bert-base", "a cat", {}
    yield "feature-extraction", "bert-base", ["a", ""], {"tokenize_kwargs": {"max_length": 2}}
    yield "feature-extraction", "bert-base", ["a", "it is red"], {"batch_size": 2}
    yield "feature-extraction", "bert-base", [["a", "cat"], "it", ["red"]], {}
    for parameters in (
        {"max_new_tokens": 5},
        {"max_new_tokens": 4, "return_full_text": False, "num_beams": 3, "num_return_sequences": 2},
        {"max_new_tokens": 3, "return_tensors": True},
        {"max_length": 9, "prefix": "on "},
        {"max_new_tokens": 6, "skip_special_tokens": False},
        {
            "max_new_tokens": 4,
            "tokenizer_encode_kwargs": {
                "return_overflowing_tokens": True,
                "truncation": True,
                "max_length": 1,
            },
        },
    ):
        parameters = {"do_sample": False, **parameters}
        yield "text-generation", "gpt2-untied", "a cat", parameters
        yield "text-generation", "gpt2-untied", ["the", "it is", ""], parameters


CLASSES = {
    "text-classification": transformers.AutoModelForSequenceClassification,
    "zero-shot-classification": transformers.AutoModelForSequenceClassification,
    "token-classification": transformers.AutoModelForTokenClassification,
    "fill-mask": transformers.AutoModelForMaskedLM,
    "question-answering": transformers.AutoModelForQuestionAnswering,
    "feature-extraction": transformers.AutoModel,
    "text-generation": transformers.AutoModelForCausalLM,
}


def run(task, name, tokenizer, inputs, parameters):
    model = CLASSES[task].from_pretrained(MODELS / name, dtype=torch.float32).eval()
    if (MODELS / name / "tokenizer.json").exists():
        tokenizer = transformers.AutoTokenizer.from_pretrained(MODELS / name)
    if task == "question-answering":
        return answer(model, tokenizer, inputs, **parameters)
    pipeline = transformers.pipeline(task, model=model, tokenizer=tokenizer, device="cpu")
    return pipeline(inputs, **json.loads(json.dumps(parameters)))


def plain(value):
    """The value in JSON's types, numbers with the digits of float32."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    return float(f"{value:.7g}") if isinstance(value, float) else value


def main():
    tokenizer = make_tokenizer()
    tokenizer.save_pretrained(FOLDER)
    records = [
        {
            "task": task,
            "model": model,
            "inputs": inputs,
            "parameters": parameters,
            "expected": plain(run(task, model, tokenizer, inputs, parameters)),
        }
        for task, model, inputs, parameters in cases()
    ]
    lines = ",\n".join(json.dumps(record, ensure_ascii=False) for record in records)
    (FOLDER / "cases.json").write_text(f"[\n{lines}\n]\n", encoding="utf-8")


if __name__ == "__main__":
    main()
