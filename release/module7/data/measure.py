"""Makes `measured.json`, what module 7 shows of the course's encoder, fine-tuned and distilled.

    python source/module7/data/measure.py               all stages: baselines, seed 0, seed 1, seed 2
    python source/module7/data/measure.py "seed 1"      some of them

About ten minutes of one core. Reads data/reviews/ and the course's encoder; a stage is skipped if its part of
measured.json is there. Seeds are fixed; another machine or version changes the last digits.
"""

import json
import math
import sys
from pathlib import Path
from time import perf_counter, process_time

import torch
import torch.nn.functional as F
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from torch import nn
from transformers import (
    AutoTokenizer,
    BertForSequenceClassification,
    BertModel,
    DistilBertConfig,
    DistilBertForSequenceClassification,
    logging,
)

from attentif.models import local_model

HERE = Path(__file__).parent
REVIEWS = HERE.parents[2] / "data" / "reviews"
SEEDS = (0, 1, 2)
TEMPLATES = (
    "a {} film .",
    "a new {} comedy .",
    "the director is {} .",
    "a story about a {} family .",
    "the latest work of a {} director .",
    "the actors speak like {} people .",
)
ORIGINS = ("american", "french", "british", "german", "indian", "nigerian", "togolese", "iraqi", "russian", "chinese")

logging.set_verbosity_error()
logging.disable_progress_bar()
torch.set_num_threads(1)
FOLDER = local_model()
TOKENIZER = AutoTokenizer.from_pretrained(FOLDER)


def reviews(name):
    """Texts and labels of a file of reviews."""
    rows = [line.split("\t") for line in (REVIEWS / f"{name}.tsv").read_text(encoding="utf-8").splitlines()[1:]]
    return [text for _, _, text in rows], torch.tensor([int(label) for _, label, _ in rows])


TRAIN, TRAIN_LABELS = (part[:2000] for part in reviews("train"))  # as in the notebook on distillation of Atelier 4
VALID, VALID_LABELS = reviews("validation")


def batches(texts, size, generator=None):
    """(numbers of the texts, inputs), by like lengths; the batches are shuffled if there is a generator."""
    ids = TOKENIZER(texts, truncation=True, max_length=48)["input_ids"]
    order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
    groups = [order[i : i + size] for i in range(0, len(order), size)]
    if generator is not None:
        groups = [groups[i] for i in torch.randperm(len(groups), generator=generator)]
    for group in groups:
        yield torch.tensor(group), TOKENIZER.pad({"input_ids": [ids[i] for i in group]}, return_tensors="pt")


def fit(model, loss_of, seed, frozen):
    """One pass over the 2 000 reviews: AdamW, warm-up over a tenth of the steps, then down to 0."""
    for part in frozen:
        part.requires_grad_(False)
    learned = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(learned, lr=2e-4, weight_decay=0.01)
    steps = math.ceil(len(TRAIN) / 32)
    rate = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda k: min((k + 1) / (0.1 * steps), (steps - k) / (0.9 * steps))
    )
    model.train()
    torch.manual_seed(seed)
    for numbers, inputs in batches(TRAIN, 32, torch.Generator().manual_seed(seed)):
        loss = loss_of(model(**inputs).logits, numbers)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(learned, 1.0)
        optimizer.step()
        rate.step()
    return model.eval()


@torch.no_grad()
def logits_of(model, texts):
    """The model's logits, in the order of the texts: (N, 2)."""
    found = torch.zeros(len(texts), 2)
    for numbers, inputs in batches(texts, 64):
        found[numbers] = model(**inputs).logits
    return found


@torch.no_grad()
def means_of(encoder, texts):
    """The mean of the states of each text's tokens: (N, d)."""
    found = torch.zeros(len(texts), encoder.config.hidden_size)
    for numbers, inputs in batches(texts, 64):
        weights = inputs["attention_mask"][..., None].float()
        found[numbers] = (encoder(**inputs).last_hidden_state * weights).sum(1) / weights.sum(1)
    return found


def accuracy(logits):
    return (logits.argmax(-1) == VALID_LABELS).double().mean().item()


def from_labels(logits, numbers):
    return F.cross_entropy(logits, TRAIN_LABELS[numbers])


def from_teacher(soft, T=2.0, alpha=0.5):
    """The loss of distillation, with the teacher's logits `soft` (N, 2)."""

    def loss(logits, numbers):
        p, q = (soft[numbers] / T).log_softmax(-1), (logits / T).log_softmax(-1)
        divergence = F.kl_div(q, p, log_target=True, reduction="batchmean")
        return alpha * T**2 * divergence + (1 - alpha) * from_labels(logits, numbers)

    return loss


def student_of(teacher, layers):
    """A DistilBERT of the teacher's width made of its layers 0, 2, 4…"""
    c = teacher.config
    config = DistilBertConfig(
        vocab_size=c.vocab_size,
        dim=c.hidden_size,
        n_heads=c.num_attention_heads,
        hidden_dim=c.intermediate_size,
        n_layers=layers,
        num_labels=2,
    )
    student = DistilBertForSequenceClassification(config)
    source, target = teacher.bert.embeddings, student.distilbert.embeddings
    target.word_embeddings.load_state_dict(source.word_embeddings.state_dict())
    with torch.no_grad():
        segment = source.token_type_embeddings.weight[0]
        target.position_embeddings.weight.copy_(source.position_embeddings.weight + segment)
    target.LayerNorm.load_state_dict(source.LayerNorm.state_dict())
    for i, layer in enumerate(student.distilbert.transformer.layer):
        old = teacher.bert.encoder.layer[2 * i]
        for new, given in (
            (layer.attention.q_lin, old.attention.self.query),
            (layer.attention.k_lin, old.attention.self.key),
            (layer.attention.v_lin, old.attention.self.value),
            (layer.attention.out_lin, old.attention.output.dense),
            (layer.sa_layer_norm, old.attention.output.LayerNorm),
            (layer.ffn.lin1, old.intermediate.dense),
            (layer.ffn.lin2, old.output.dense),
            (layer.output_layer_norm, old.output.LayerNorm),
        ):
            new.load_state_dict(given.state_dict())
    student.pre_classifier.load_state_dict(teacher.bert.pooler.dense.state_dict())
    student.classifier.load_state_dict(teacher.classifier.state_dict())
    return student


@torch.no_grad()
def milliseconds(call):
    """The least of 100 times of one sentence: what the machine does when nothing disturbs it."""
    times = []
    for _ in range(100):
        begin = perf_counter()
        call()
        times.append(1000 * (perf_counter() - begin))
    return min(times)


def plane(vectors, shown):
    """The first two principal components of the vectors, of the first `shown` of them; their share of the variance."""
    centred = vectors.double() - vectors.double().mean(0)
    _, s, Vt = torch.linalg.svd(centred, full_matrices=False)
    points = (centred @ Vt[:2].T)[:shown]
    return {
        "points": points.tolist(),
        "share": ((s**2)[:2].sum() / (s**2).sum()).item(),
        "neighbour": neighbour(vectors),
    }


def neighbour(vectors):
    """How often a sentence and the nearest other (by cosine) have one label."""
    unit = F.normalize(vectors.double(), dim=1)
    nearest = (unit @ unit.T).fill_diagonal_(-2).argmax(1)
    return (VALID_LABELS[nearest] == VALID_LABELS).double().mean().item()


def parameters(model):
    return sum(p.numel() for p in model.parameters())


def run_baselines():
    """Word counts and a logistic regression; the frozen encoder and a logistic regression."""
    words = make_pipeline(TfidfVectorizer(), LogisticRegression(C=4, max_iter=1000)).fit(TRAIN, TRAIN_LABELS)
    frozen = BertModel.from_pretrained(FOLDER).eval()
    regression = LogisticRegression(max_iter=2000).fit(means_of(frozen, TRAIN), TRAIN_LABELS)
    vectors = means_of(frozen, VALID)
    one = [VALID[0]]
    return {
        "tfidf": {
            "accuracy": [words.score(VALID, VALID_LABELS)],
            "parameters": words[-1].coef_.size + 1,
            "ms": milliseconds(lambda: words.predict(one)),
        },
        "frozen": {
            "accuracy": [regression.score(vectors, VALID_LABELS)],
            "parameters": parameters(frozen) + regression.coef_.size + 1,
        },
        "before": plane(vectors, 240),
        "labels": VALID_LABELS[:240].tolist(),
    }


def run_seed(seed):
    """A teacher of six layers; students of three, with and without it; the teacher's answers to the probe."""
    torch.manual_seed(seed)
    teacher = BertForSequenceClassification.from_pretrained(FOLDER, num_labels=2)
    fit(teacher, from_labels, seed, [teacher.bert.embeddings, *teacher.bert.encoder.layer[:3]])
    sentence = TOKENIZER("a film that is " * 8, return_tensors="pt")
    found = {
        "teacher": accuracy(logits_of(teacher, VALID)),
        "teacher_parameters": parameters(teacher),
        "teacher_ms": milliseconds(lambda: teacher(**sentence)),
    }
    print(seed, found, flush=True)
    texts = [template.format(origin) for template in TEMPLATES for origin in ORIGINS]
    said = logits_of(teacher, texts)
    found["probe"] = (said[:, 1] - said[:, 0]).tolist()
    if seed == 0:
        found["after"] = plane(means_of(teacher.bert, VALID), 240)
    soft = logits_of(teacher, TRAIN)
    for name, loss in (("student_labels", from_labels), ("student_teacher", from_teacher(soft))):
        torch.manual_seed(seed)
        student = student_of(teacher, 3)
        fit(student, loss, seed, [student.distilbert.embeddings])
        found[name] = accuracy(logits_of(student, VALID))
        print(seed, name, found[name], flush=True)
    found["student_parameters"] = parameters(student)
    found["student_ms"] = milliseconds(lambda: student(input_ids=sentence["input_ids"]))
    return found


def rounded(found):
    """Four decimals are enough."""
    if isinstance(found, dict):
        return {name: rounded(value) for name, value in found.items()}
    if isinstance(found, (list, tuple)):
        return [rounded(value) for value in found]
    return round(found, 4) if isinstance(found, float) else found


def main(wanted):
    """Runs the stages that measured.json lacks, and adds each to it."""
    path = HERE / "measured.json"

    def known():
        return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}

    stages = {"baselines": run_baselines} | {f"seed {s}": lambda s=s: run_seed(s) for s in SEEDS}
    for name in wanted or stages:
        if name not in known():
            begin = process_time()
            found = {name: stages[name]() | {"seconds": round(process_time() - begin)}}
            measured = known() | {"probe": {"templates": TEMPLATES, "origins": ORIGINS}} | found
            path.write_text(json.dumps(rounded(measured)).replace("}, ", "},\n") + "\n", encoding="utf-8")
            print(name, found[name]["seconds"], "s", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
