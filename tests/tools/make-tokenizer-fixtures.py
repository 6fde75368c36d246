#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright 2026 The Trafo authors
"""Writes tests/data/tokenizers: small tokenizers of each kind, in every layout, and what transformers makes of texts.

    make-tokenizer-fixtures.py tests/data/tokenizers

Needs transformers 5 and tokenizers 0.23. tokenization.json is an array with one record a line:
{"model", "op": "encode", "texts", "pairs", "options", "expected"} or {"model", "op": "decode", "ids", "options",
"expected"}; options have the names of transformers' tokenizer call, padding_side and truncation_side are its attributes.
"""
import json
import random
import shutil
import sys
from pathlib import Path

import transformers
from tokenizers import AddedToken, Regex, Tokenizer, decoders, normalizers, pre_tokenizers, processors, trainers
from tokenizers.models import BPE, Unigram, WordPiece

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
LLAMA3 = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
TEXTS = [
    "The river runs past the old mill, and nobody minds.", "Running, runner, unrunnable: they're all runs!", "DON'T PANIC; it's fine.",
    "Zo\u00eb's cr\u00e8me br\u00fbl\u00e9e \u00c5\u00c4\u00d6", "Zoe\u0308 decomposed a\u0323\u0307 and a\u0307\u0323", "\u0130stanbul \u03a3\u03af\u03c3\u03c5\u03c6\u03bf\u03c2 \u00df \u1e9e",
    "12.5% of $3,000 is 375\u20ac", "tab\tnewline\nreturn\r\nnbsp\u00a0ideographic\u3000thin\u2009end", "  spaces   around  ",
    "\u6771\u4eac and \u5927\u962a, \ud55c\uad6d\uc5b4 \u1112\u1161\u11ab", "\u043f\u0440\u0438\u0432\u0435\u0442, \u043c\u0438\u0440!", "\u05e9\u05b8\u05c1\u05dc\u05d5\u05b9\u05dd \u0645\u064e\u0631\u062d\u0628\u0627",
    "emoji \U0001f600\U0001f3fd and \U0001f1e9\U0001f1ea flags", "zero\u200bwidth soft\u00adhyphen \ufeffbom \u0007bell \ufffdreplacement", "a [MASK] in the middle[MASK]glued [mask]",
    "x [SEP] y [CLS] [PAD] [UNK]", "https://example.org/a_b?c=d#e", "\u201cquoted\u201d \u2014 dash\u2026", "\ufb01ne \uff26\uff35\uff2c\uff2c\uff37\uff29\uff24\uff34\uff28 \u00bd \u2460", "", " ", "A", "...",
    "x" * 101, "the " * 30, "one <new> two <New>three <strip>  four  <strip> five solo solos \u00abw\u00bb",
]
PAIRS = [("Where is the mill?", "The mill is past the river, and it runs."), ("short", "a longer second text of several words, it is"),
         ("a longer first text of several words, it is", "short"), ("the same words here", "the same words here"), ("", "only the second"), ("only the first", "")]


def train(lowercase):
    tokenizer = Tokenizer(WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=lowercase)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    trainer = trainers.WordPieceTrainer(vocab_size=420, special_tokens=SPECIAL, limit_alphabet=300, show_progress=False)
    tokenizer.train_from_iterator(TEXTS[:20] + [t for pair in PAIRS for t in pair], trainer)
    vocab = tokenizer.get_vocab()
    return sorted(vocab, key=vocab.get)


def write_json(path, value):
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def added(id, content, **flags):
    return {"id": id, "content": content, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": False, **flags}


def make_bert_json(folder, vocab):
    """As BertTokenizer saves it, but with truncation and padding baked in, whose directions are the defaults of the sides."""
    (folder / "vocab.txt").write_text("".join(t + "\n" for t in vocab), encoding="utf-8")
    transformers.BertTokenizer(str(folder / "vocab.txt"), model_max_length=24).save_pretrained(folder)
    (folder / "vocab.txt").unlink()
    data = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
    data["truncation"] = {"direction": "Left", "max_length": 12, "strategy": "LongestFirst", "stride": 0}
    data["padding"] = {"strategy": {"Fixed": 12}, "direction": "Left", "pad_to_multiple_of": None, "pad_id": 0, "pad_type_id": 0, "pad_token": "[PAD]"}
    write_json(folder / "tokenizer.json", data)


def make_cased(folder, vocab):
    (folder / "vocab.txt").write_text("".join(t + "\n" for t in vocab), encoding="utf-8")
    write_json(folder / "tokenizer_config.json", {"tokenizer_class": "BertTokenizer", "do_lower_case": False, "tokenize_chinese_chars": False,
                                                  "model_max_length": 1000000000000000019884624838656, "truncation_side": "left"})


def make_old(folder, vocab):
    """The files of transformers 3: special tokens and added tokens in files of their own, lines that end in CR LF."""
    names = {"[UNK]": "<unk>", "[CLS]": "<cls>", "[SEP]": "<sep>", "[PAD]": "<pad>", "[MASK]": "<mask>"}
    (folder / "vocab.txt").write_bytes("".join(names.get(t, t) + "\r\n" for t in vocab).encode())
    write_json(folder / "special_tokens_map.json", {"unk_token": "<unk>", "cls_token": "<cls>", "sep_token": "<sep>", "pad_token": "<pad>",
                                                    "mask_token": {"content": "<mask>", "single_word": False, "lstrip": True, "rstrip": False, "normalized": False}})
    write_json(folder / "tokenizer_config.json", {"tokenizer_class": "DistilBertTokenizer", "strip_accents": False, "padding_side": "left",
                                                  "unk_token": "<unk>", "cls_token": "<cls>", "sep_token": "<sep>", "pad_token": "<pad>",
                                                  "mask_token": {"__type": "AddedToken", "content": "<mask>", "single_word": False, "lstrip": True, "rstrip": False, "normalized": False}})


def make_other(folder, vocab):
    """Parts that BERT does not use, and added tokens of every kind."""
    ids = {t: i for i, t in enumerate(vocab)}
    n = len(vocab)
    write_json(folder / "tokenizer.json", {
        "version": "1.0", "truncation": None, "padding": None,
        "added_tokens": [added(ids[t], t, special=True) for t in SPECIAL] + [
            added(n, "<new>"), added(n + 1, "<New>", normalized=True), added(n + 2, "<strip>", lstrip=True, rstrip=True),
            added(n + 3, "solo", single_word=True), added(n + 4, "\u00abw\u00bb", normalized=True, special=True)],
        "normalizer": {"type": "Sequence", "normalizers": [
            {"type": "NFKD"}, {"type": "Sequence", "normalizers": [{"type": "StripAccents"}, {"type": "Lowercase"}]},
            {"type": "Replace", "pattern": {"String": "river"}, "content": "runs "}, {"type": "Strip", "strip_left": True, "strip_right": False}]},
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "WhitespaceSplit"}, {"type": "Punctuation", "behavior": "Contiguous"}]},
        "post_processor": {"type": "BertProcessing", "sep": ["[SEP]", ids["[SEP]"]], "cls": ["[CLS]", ids["[CLS]"]]},
        "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": False},
        "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 12, "vocab": ids}})
    write_json(folder / "tokenizer_config.json", {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": 20, "pad_token": "[PAD]", "unk_token": "[UNK]",
                                                  "cls_token": "[CLS]", "sep_token": "[SEP]", "mask_token": "[MASK]", "pad_token_type_id": 3})


def train_byte_level(special):
    tokenizer = Tokenizer(BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokenizer.train_from_iterator(TEXTS[:20] * 2, trainers.BpeTrainer(vocab_size=420, special_tokens=special, initial_alphabet=alphabet, show_progress=False))
    return json.loads(tokenizer.to_str())["model"]


def write_bpe_files(folder, model):
    write_json(folder / "vocab.json", dict(sorted(model["vocab"].items(), key=lambda item: item[1])))
    lines = ["#version: 0.2", *(" ".join(merge) for merge in model["merges"])]
    (folder / "merges.txt").write_text("".join(line + "\n" for line in lines), encoding="utf-8")


def make_gpt2(folder, _):
    """As OpenAI's checkpoint: no special tokens around a text, a byte-level post-processor that trims nothing."""
    write_bpe_files(folder, train_byte_level(["<|endoftext|>"]))
    transformers.GPT2Tokenizer.from_pretrained(folder, model_max_length=24, pad_token="<|endoftext|>").save_pretrained(folder)
    data = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
    data["post_processor"] = {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": False, "use_regex": True}
    write_json(folder / "tokenizer.json", data)
    for name in ("vocab.json", "merges.txt"):
        (folder / name).unlink()


def make_opt(folder, _):
    """Old files alone; the config puts </s> first."""
    write_bpe_files(folder, train_byte_level(["<s>", "<pad>", "</s>", "<unk>"]))
    token = {"__type": "AddedToken", "lstrip": False, "normalized": True, "rstrip": False, "single_word": False}
    write_json(folder / "tokenizer_config.json", {"tokenizer_class": "GPT2Tokenizer", "model_max_length": 20, "add_bos_token": True, "errors": "replace",
                                                  **{key: {**token, "content": "</s>"} for key in ("bos_token", "eos_token", "unk_token")}, "pad_token": "<pad>"})


def make_roberta(folder, _):
    """Old files alone; offsets are trimmed, and a space is put before the text."""
    write_bpe_files(folder, train_byte_level(["<s>", "<pad>", "</s>", "<unk>", "<mask>"]))
    write_json(folder / "tokenizer_config.json", {"tokenizer_class": "RobertaTokenizer", "model_max_length": 20, "add_prefix_space": True})


def make_llama(folder, _):
    """As Llama 2: pieces of SentencePiece merged by rank, bytes for what is unknown, <s> before the text."""
    tokenizer = Tokenizer(BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("\u2581"), normalizers.Replace(" ", "\u2581")])
    tokenizer.decoder = decoders.Sequence([decoders.Replace("\u2581", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    special = ["<unk>", "<s>", "</s>", *(f"<0x{i:02X}>" for i in range(256))]
    tokenizer.train_from_iterator([t for text in TEXTS[:3] + TEXTS[7:9] for t in text.split()], trainers.BpeTrainer(vocab_size=420, special_tokens=special, show_progress=False))
    data = json.loads(tokenizer.to_str())
    data["added_tokens"] = [token for token in data["added_tokens"] if token["id"] < 3]
    data["post_processor"] = json.loads(processors.TemplateProcessing(single="<s> $A", pair="<s> $A <s>:1 $B:1", special_tokens=[("<s>", 1)]).__getstate__())
    write_json(folder / "tokenizer.json", data)
    write_json(folder / "tokenizer_config.json", {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": 20, "bos_token": "<s>", "eos_token": "</s>",
                                                  "unk_token": "<unk>", "pad_token": "</s>", "padding_side": "left"})


def make_llama3(folder, _):
    """As Llama 3: a Split by the regular expression of cl100k, then bytes; words that are tokens are not merged."""
    model = train_byte_level(["<|begin_of_text|>", "<|end_of_text|>"])
    write_json(folder / "tokenizer.json", {
        "version": "1.0", "truncation": None, "padding": None,
        "added_tokens": [added(i, t, special=True) for i, t in enumerate(["<|begin_of_text|>", "<|end_of_text|>"])], "normalizer": None,
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
            {"type": "Split", "pattern": {"Regex": LLAMA3}, "behavior": "Isolated", "invert": False},
            {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": False}]},
        "post_processor": {"type": "Sequence", "processors": [
            {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": False, "use_regex": True},
            json.loads(processors.TemplateProcessing(single="<|begin_of_text|> $A", pair="<|begin_of_text|> $A <|begin_of_text|>:1 $B:1",
                                                     special_tokens=[("<|begin_of_text|>", 0)]).__getstate__())]},
        "decoder": {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True},
        "model": {**model, "ignore_merges": True, "merges": [" ".join(merge) for merge in model["merges"]]}})
    write_json(folder / "tokenizer_config.json", {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": 20, "bos_token": "<|begin_of_text|>",
                                                  "eos_token": "<|end_of_text|>", "pad_token": "<|end_of_text|>"})


def make_t5(folder, _):
    """As T5: a unigram model, </s> behind the text."""
    tokenizer = Tokenizer(Unigram())
    tokenizer.normalizer = normalizers.Sequence([normalizers.Nmt(), normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.train_from_iterator(TEXTS[:10] * 3, trainers.UnigramTrainer(vocab_size=200, special_tokens=["<pad>", "</s>", "<unk>"], unk_token="<unk>", show_progress=False))
    tokenizer.post_processor = processors.TemplateProcessing(single="$A </s>", pair="$A </s> $B </s>", special_tokens=[("</s>", 1)])
    tokenizer.add_special_tokens([AddedToken("<extra_id_0>", lstrip=True, rstrip=True)])
    write_json(folder / "tokenizer.json", json.loads(tokenizer.to_str()))
    write_json(folder / "tokenizer_config.json", {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": 20, "eos_token": "</s>", "unk_token": "<unk>", "pad_token": "<pad>"})


def encode(tokenizer, texts, pairs, padding_side=None, truncation_side=None, **options):
    before = tokenizer.padding_side, tokenizer.truncation_side
    tokenizer.padding_side, tokenizer.truncation_side = padding_side or before[0], truncation_side or before[1]
    try:
        result = tokenizer(texts, pairs, return_offsets_mapping=True, return_special_tokens_mask=True, return_token_type_ids=True,
                           return_attention_mask=True, **options)
    finally:
        tokenizer.padding_side, tokenizer.truncation_side = before
    expected = {key: result[key] for key in ("input_ids", "token_type_ids", "attention_mask", "special_tokens_mask")}
    expected["offsets"] = [[list(span) for span in row] for row in result["offset_mapping"]]
    expected["tokens"] = [row.tokens for row in result.encodings]
    expected["word_ids"] = [row.word_ids for row in result.encodings]
    if "overflow_to_sample_mapping" in result:
        expected["overflow_to_sample_mapping"] = result["overflow_to_sample_mapping"]
    return expected


def cases(in_full):
    firsts, seconds = [list(texts) for texts in zip(*PAIRS)]
    some = [TEXTS[i] for i in (0, 3, 9, 19)]
    for text in TEXTS:
        yield [text], None, {}
    yield firsts, seconds, {}
    yield some, None, {"padding": True}
    yield some, None, {"max_length": 6}
    yield some, None, {"padding": "max_length"}
    yield ["the " * 40], None, {"truncation": True}
    if not in_full:
        return
    yield firsts, seconds, {"add_special_tokens": False}
    yield some, None, {"add_special_tokens": False}
    for side in ("left", "right"):
        yield some, None, {"padding": True, "padding_side": side}
        yield firsts, seconds, {"padding": True, "padding_side": side, "pad_to_multiple_of": 8}
        yield firsts, seconds, {"padding": "longest", "padding_side": side, "truncation": True, "max_length": 10}
        yield some, None, {"padding": "max_length", "max_length": 17, "padding_side": side}
        for n in (2, 3, 7):
            yield some, None, {"truncation": True, "max_length": n, "truncation_side": side}
            yield some, None, {"truncation": "only_first", "max_length": n + 3, "stride": 1, "return_overflowing_tokens": True, "truncation_side": side}
    for n in range(3, 16):
        yield firsts, seconds, {"truncation": "longest_first", "max_length": n}
    for n in (3, 5, 8):
        yield PAIRS[0][:1], PAIRS[0][1:], {"truncation": "longest_first", "max_length": n, "return_overflowing_tokens": True, "truncation_side": "right"}
        yield PAIRS[3][:1], PAIRS[3][1:], {"truncation": "longest_first", "max_length": n, "return_overflowing_tokens": True, "truncation_side": "left"}
    for strategy in ("only_first", "only_second"):
        for pair in PAIRS:
            for n in (8, 11):
                yield [pair[0]], [pair[1]], {"truncation": strategy, "max_length": n}
    yield PAIRS[0][:1], PAIRS[0][1:], {"truncation": "only_second", "max_length": 16, "stride": 3, "return_overflowing_tokens": True, "padding": True}


def records(name, folder, in_full):
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    for texts, pairs, options in cases(in_full):
        if options.get("truncation") and options.get("max_length", 99) < tokenizer.num_special_tokens_to_add(pair=pairs is not None):
            continue  # the Rust side subtracts without a look, and then cuts nothing
        try:
            expected = encode(tokenizer, list(texts), pairs and list(pairs), **options)
        except BaseException:  # what cannot be met: the Rust side panics for some of it
            continue
        yield {"model": name, "op": "encode", "texts": texts, "pairs": pairs, "options": options, "expected": expected}
    rng = random.Random(3)
    rows = [tokenizer(text)["input_ids"] for text in TEXTS] + [rng.sample(range(len(tokenizer) + 2), 14) for _ in range(8)]
    rows = rows if in_full else rows[::4]
    for ids in rows:
        for skip in (False, True):
            for clean in (False, True):
                options = {"skip_special_tokens": skip, "clean_up_tokenization_spaces": clean}
                yield {"model": name, "op": "decode", "ids": ids, "options": options, "expected": tokenizer.decode(ids, **options)}


def main():
    out = Path(sys.argv[1])
    shutil.rmtree(out, ignore_errors=True)
    lines = []
    for name, make, lowercase, in_full in (("bert-json", make_bert_json, True, True), ("bert-cased", make_cased, False, False),
                                           ("bert-old", make_old, True, False), ("other", make_other, True, True),
                                           ("gpt2", make_gpt2, False, False), ("opt", make_opt, False, False), ("roberta", make_roberta, False, True),
                                           ("llama", make_llama, False, False), ("llama3", make_llama3, False, False), ("t5", make_t5, False, False)):
        folder = out / name
        folder.mkdir(parents=True)
        make(folder, train(lowercase))
        lines += [json.dumps(record, ensure_ascii=False, separators=(",", ":")) for record in records(name, folder, in_full)]
    (out / "tokenization.json").write_text("[\n" + ",\n".join(lines) + "\n]\n", encoding="utf-8")
    print(len(lines), "records", file=sys.stderr)


if __name__ == "__main__":
    main()
