"""Module 8: every number of the text, what the five notebooks do and would do with other errors, and the map."""

import json
import math
import re
from itertools import product

import nbformat
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from courses import ROOT
from scipy import stats
from transformers import BertConfig, BertModel, DistilBertConfig, DistilBertModel

from attentif.exercises.question_files import read_questions
from attentif.exercises.questions import computed, judge

MODULE = ROOT / "source" / "module8"
QUESTIONS = read_questions(ROOT / "grader_tests" / "module8" / "questions.md")
CELLS = {c.id: c.source for c in nbformat.read(MODULE / "8_ateliers.ipynb", 4).cells}


def cell(cell_id):
    """The source of a cell, no-break spaces as plain ones, decimal commas of formulas as in prose."""
    return re.sub("[\u202f\u00a0]", " ", CELLS[cell_id]).replace("{,}", ",").replace("\\,", " ")


def fr(x, digits):
    """A number as the text writes it."""
    return f"{x:,.{digits}f}".replace(",", " ").replace(".", ",").replace("-", "−")


def reasons(name):
    """What is said of each letter."""
    return {
        choice.letter: re.sub("[\u202f\u00a0]", " ", choice.reason).replace("{,}", ",")
        for choice in QUESTIONS[name].choices
    }


def draws(name):
    """Every combination of the numbers that a question draws."""
    drawn = QUESTIONS[name].drawn
    return [dict(zip(drawn, values, strict=True)) for values in product(*drawn.values())]


def numbers(name, values):
    """The right number and the wrong ones, for these draws."""
    question = QUESTIONS[name]
    return [computed(value.expression, values) for value in (question.right, *question.wrong)]


# ---- the five notebooks, run as they stand


@pytest.fixture(scope="module")
def runs():
    """What the notebook's own cells leave: the healthy run and the five others, each a dict of names."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(MODULE)
        space = {"math": math, "np": np, "torch": torch}
        exec(CELLS["patient-code"], space)
        space["curve"] = lambda *_: None
        found = {"healthy": dict(space, losses=space["reference"])}
        for k in range(1, 6):
            exec(CELLS[f"figure-carnet-{k}"], space)
            found[k] = dict(space)
        yield found
    torch.set_num_threads(torch.get_num_threads())


def mean_of_ten(losses, step):
    return float(np.mean(losses[step : step + 10]))


@pytest.fixture(scope="module")
def curves(runs):
    """Losses by what is wrong; "rate" is made here, the notebook has none of it."""
    names = {1: "optimizer", 2: "targets", 3: "softmax", 4: "gradients", 5: "heads", "healthy": "healthy"}
    found = {names[k]: run["losses"] for k, run in runs.items()}
    space = runs["healthy"]
    torch.manual_seed(0)
    draw, model = torch.Generator().manual_seed(0), space["Model"]()
    optimizer, found["rate"] = torch.optim.AdamW(model.parameters(), lr=0.3), []
    for _ in range(space["STEPS"]):
        w = space["windows"](draw)
        loss = F.cross_entropy(model(w[:, :-1]).flatten(0, 1), w[:, 1:].flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        found["rate"].append(loss.item())
    return found


class TestPatient:
    def test_two_rulers(self):
        text = (MODULE / "data" / "udhr" / "fra.txt").read_text(encoding="utf-8")
        counts = np.array([text.count(letter) for letter in set(text)])
        assert len(counts) == 62
        assert f"**{fr(math.log(62), 2)}**" in cell("patient")
        assert f"**{fr(stats.entropy(counts), 2)}**" in cell("patient")

    def test_healthy_curve(self, curves):
        text, healthy = cell("figure-patient-legende"), curves["healthy"]
        assert f"({fr(healthy[0], 2)} au premier pas" in text
        crossed = next(k for k in range(290) if mean_of_ten(healthy, k) < 2.9858)
        assert 10 <= crossed <= 25
        assert mean_of_ten(healthy, 290) == pytest.approx(1.98, abs=0.02)
        assert "finit à 1,98" in text

    def test_two_curves_of_the_question(self, curves):
        text = cell("la-question")
        for name in ("healthy", "heads"):
            assert f"**{fr(mean_of_ten(curves[name], 290), 1)}**" in text

    def test_the_healthy_one_does_not_leak(self, runs):
        space = runs["healthy"]
        w = space["windows"](torch.Generator().manual_seed(3))[:, :-1]
        for place in (1, 16, 31):
            other = w.clone()
            other[:, place:] = (other[:, place:] + 7) % 62
            with torch.no_grad():
                assert torch.equal(space["healthy"](w)[:, :place], space["healthy"](other)[:, :place])


class TestNotebooks:
    def test_right_letters(self):
        right = {name: "".join(c.letter for c in q.choices if c.right) for name, q in QUESTIONS.items()}
        assert [right[f"m8_q{k}"] for k in range(1, 6)] == ["e", "b", "c", "a", "d"]
        causes = [[c.text for c in QUESTIONS[f"m8_q{k}"].choices] for k in range(1, 6)]
        assert all(each == causes[0] for each in causes)

    def test_optimizer(self, curves, runs):
        losses = curves["optimizer"]
        assert max(losses) - min(losses) < 0.15
        assert np.mean(losses) == pytest.approx(4.3, abs=0.02)
        assert "reste à 4,3" in cell("carnet-1")
        held = {id(p) for group in runs[1]["optimizer"].param_groups for p in group["params"]}
        assert not held & {id(p) for p in runs[1]["model"].parameters()}

    def test_targets(self, curves, runs):
        assert mean_of_ten(curves["targets"], 100) < 0.1
        assert mean_of_ten(curves["targets"], 290) < 0.02
        assert torch.equal(runs[2]["x"], runs[2]["y"])

    def test_softmax(self, curves):
        losses = curves["softmax"]
        assert losses[0] == pytest.approx(4.13, abs=0.01)
        assert mean_of_ten(losses, 290) == pytest.approx(3.86, abs=0.01)
        floor = F.cross_entropy(torch.eye(62, dtype=torch.float64)[:1], torch.tensor([0])).item()
        assert floor == pytest.approx(math.log(math.e + 61) - 1)
        assert fr(floor, 2) == "3,15"
        assert min(losses) > 3.8
        for k in (2, 3, 4, 5):
            assert "3,15" in reasons(f"m8_q{k}")["c"]

    def test_gradients(self, curves):
        losses, healthy = curves["gradients"], curves["healthy"]
        assert max(abs(a - b) for a, b in zip(losses[:5], healthy[:5], strict=True)) < 0.15
        assert 2.9 < min(mean_of_ten(losses, k) for k in range(290)) < 3.1
        assert mean_of_ten(losses, 10) < 3.1
        assert max(mean_of_ten(losses, k) for k in range(20, 290)) == pytest.approx(3.85, abs=0.15)

    def test_rate(self, curves):
        losses = curves["rate"]
        assert f"{fr(max(losses), 1)}" == "8,5"
        assert max(losses) == max(losses[:10])
        assert mean_of_ten(losses, 220) == pytest.approx(2.99, abs=0.05)
        for k in (1, 4):
            assert "8,5" in reasons(f"m8_q{k}")["f"]

    def test_heads(self, curves):
        losses, healthy = curves["heads"], curves["healthy"]
        assert max(abs(mean_of_ten(losses, k) - mean_of_ten(healthy, k)) for k in range(90)) < 0.05
        assert mean_of_ten(losses, 290) == pytest.approx(1.2, abs=0.05)
        assert "1,2 au lieu de 2,0" in cell("carnet-5")

    def test_no_two_errors_look_the_same(self, curves):
        """At some step, any two curves are apart by more than their batches could make them."""
        names = [name for name in curves if name != "healthy"]
        for one in names:
            for other in names[: names.index(one)]:
                gaps = [abs(mean_of_ten(curves[one], k) - mean_of_ten(curves[other], k)) for k in range(0, 291, 10)]
                assert max(gaps) > 0.4, (one, other)


class TestAutopsy:
    def places_read(self, t):
        """Of which places the second head's row t has seen pieces, by cutting numbers that say their place."""
        T, h = 32, 2
        z = torch.arange(T).repeat_interleave(T).view(1, T, T)  # (B, T, d): each number is its place
        return sorted(set(z.reshape(1, h, T, T // h)[0, 1, : t + 1].flatten().tolist()))

    def test_formula(self):
        for t in range(32):
            assert self.places_read(t) == list(range(16, 16 + t // 2 + 1))
        assert [t for t in range(31) if t + 1 in self.places_read(t)] == list(range(15, 31))
        assert "exactement quand $15\\le t\\le30$" in cell("figure-autopsie-legende")

    def test_losses_by_place(self, runs):
        space = runs[5]
        w = space["windows"](torch.Generator().manual_seed(5), 256)
        with torch.no_grad():
            bad, good = (
                F.cross_entropy(m(w[:, :-1]).transpose(1, 2), w[:, 1:], reduction="none").mean(0)
                for m in (space["model"], space["healthy"])
            )
        assert (bad[:15] > good[:15] - 0.02).all()
        assert (bad[15:31] < 0.2).all()
        assert bad[31] > 1.5


class TestFormulas:
    def test_central_difference(self):
        found = (2.1**3 - 1.9**3) / 0.2
        assert found == pytest.approx(12 + 0.1**2)
        assert f"${fr(found, 2)}$ au lieu de 12" in cell("essais-texte")

    def test_intervals(self):
        p, chance = 0.88, np.random.default_rng(8)
        a = chance.binomial(760, p, size=60) / 760
        missed = int(np.sum(np.abs(a - p) > 1.96 * np.sqrt(a * (1 - a) / 760)))
        assert f"ici {({1: 'un', 2: 'deux', 3: 'trois', 4: 'quatre'})[missed]}" in cell("figure-intervalles-legende")
        k = np.arange(41) / 40
        outside = np.abs(k - p) > 1.96 * np.sqrt(k * (1 - k) / 40)
        assert stats.binom(40, p).pmf(np.arange(41))[outside].sum() > 0.06

    def test_question_on_intervals(self):
        for values in draws("m8_q6"):
            a, n = values["a"] / 100, values["n"]
            error = stats.bernoulli(a).std() / math.sqrt(n)
            half = 100 * 1.96 * error
            wanted = [half, 100 * error, half / math.sqrt(n), 2 * half, half / 100]
            assert numbers("m8_q6", values) == pytest.approx(wanted)
        assert judge(QUESTIONS["m8_q6"], 2.31).right
        assert "erreur type" in judge(QUESTIONS["m8_q6"], 1.18).reason
        assert "divisé par" in judge(QUESTIONS["m8_q6"], 0.0838).reason

    def test_memory(self):
        model = torch.nn.Linear(100, 10)
        optimizer = torch.optim.AdamW(model.parameters())
        model(torch.ones(1, 100)).sum().backward()
        optimizer.step()
        tensors = [t for p in model.parameters() for t in (p, p.grad, *optimizer.state[p].values()) if t.numel() > 1]
        assert sum(4 * t.numel() for t in tensors) == 16 * sum(p.numel() for p in model.parameters())
        assert f"{fr(16 * 109_482_240 / 1e9, 2)} Go" in cell("memoire-texte")
        for values in draws("m8_q7"):
            right = 16 * values["N"] * 1e6 / 1e9
            assert numbers("m8_q7", values) == pytest.approx([right, right / 4, right / 2, 3 * right / 4])
        assert judge(QUESTIONS["m8_q7"], 1.06).right

    def test_operations(self):
        """Counted by torch: two per weight and token forwards, four backwards."""
        from torch.utils.flop_counter import FlopCounterMode

        layer, x = torch.nn.Linear(64, 32, bias=False), torch.randn(10, 64, requires_grad=True)
        with FlopCounterMode(display=False) as forwards:
            y = layer(x)
        with FlopCounterMode(display=False) as backwards:
            y.sum().backward()
        ND = 64 * 32 * 10
        assert (forwards.get_total_flops(), backwards.get_total_flops()) == (2 * ND, 4 * ND)
        for values in draws("m8_q8"):
            second = 1e12 / (values["S"] * 1e9)
            assert numbers("m8_q8", values) == pytest.approx([6 * second, 2 * second, second, 3 * second])
        assert judge(QUESTIONS["m8_q8"], 300.0).right

    def test_check_against_the_small_model(self):
        text, D = cell("flops-texte"), 800 * 32 * 64
        assert f"={fr(D, 0)}$ jetons" in text
        C = 6 * 536_064 * D
        assert f"${fr(C / 1e12, 1)}\\cdot10^{{12}}$" in text
        assert "395 s de processeur" in text
        assert "395 s de processeur" in re.sub(
            "[\u202f\u00a0]", " ", (ROOT / "data/README.md").read_text(encoding="utf-8")
        )
        assert f"soit {C / 395e9:.0f} milliards par seconde" in text


class TestCost:
    @pytest.fixture(scope="class")
    def projects(self):
        source = re.search(r"^projects = (\[.*?^\])", CELLS["figure-cout"], re.MULTILINE | re.DOTALL)[1]
        return eval(source)

    def test_sizes(self, projects):
        with torch.device("meta"):
            bert, distilbert = BertModel(BertConfig()), DistilBertModel(DistilBertConfig())
            ours = BertModel(BertConfig(hidden_size=384, num_hidden_layers=6, intermediate_size=1536))
        size = lambda m: sum(p.numel() for p in m.parameters())  # noqa: E731
        layers = [size(ours.encoder), size(distilbert.transformer), size(bert.encoder)]
        assert [p[1] for p in projects[1:]] == layers
        assert [p[3] for p in projects[1:]] == [size(ours) + 770, size(distilbert), size(bert)]

    def test_caption(self, projects):
        text, seconds = cell("figure-cout-legende"), [6 * N * D / 2e10 for _, N, D, _ in projects]
        assert (
            f"{fr(seconds[0] / 60, 1)} minutes, {fr(seconds[1] / 60, 1)} minutes, {fr(seconds[2] / 3600, 1)} heure"
            in text
        )
        assert f"**{fr(seconds[3] / 3.156e7, 0)} ans**" in text
        assert projects[3][2] == 1_000_000 * 256 * 512


def rows_of(atelier):
    """The exercises of an atelier, from the tables that its notebooks begin with."""
    found = []
    for path in sorted((ROOT / "source" / f"atelier{atelier}").glob("*.ipynb")):
        first = json.loads(path.read_text(encoding="utf-8"))["cells"][0]["source"]
        lines = [line for line in "".join(first).splitlines() if line.startswith("|")]
        titles, _, *rows = ([entry.strip() for entry in line.strip("|").split("|")] for line in lines)
        found += [dict(zip(["n", *titles[1:]], row, strict=True)) for row in rows]
    return [row for row in found if row["points"].isdigit()]


def hours(minutes):
    return f"{minutes // 60} h {minutes % 60:02}"


def counted(rows):
    """Exercises, points and minutes."""
    return [len(rows), *(sum(int(row[title]) for row in rows) for title in ("points", "minutes"))]


def written(found):
    """As the map writes them: all, and of the core in brackets."""
    (n, points, minutes), (core, core_points, core_minutes) = found.tolist()
    return f"{n} ({core}) | {points} ({core_points}) | {hours(minutes)} ({hours(core_minutes)})"


class TestMap:
    def test_totals(self):
        text, sums = cell("carte"), np.zeros((2, 3), dtype=int)
        for atelier in (1, 2, 3, 4):
            rows = rows_of(atelier)
            found = np.array([counted(rows), counted([row for row in rows if "essentiel" in row["parcours"]])])
            assert f"| {atelier} | {written(found)} |" in text, atelier
            sums += found
        assert f"| **en tout** | **{written(sums).replace(' | ', '** | **')}** |" in text
        assert 31 <= sums[1, 2] / 60 < 32
        assert "trente et une heures" in cell("carte-texte")

    def test_core_exercises(self):
        text = cell("carte-texte")
        for atelier in (1, 2, 3, 4):
            core = list(dict.fromkeys(row["n"] for row in rows_of(atelier) if "essentiel" in row["parcours"]))
            listed = re.search(rf"^\| {atelier}\. .*?\| (.*?) \|", text, re.MULTILINE)[1]
            first, last = re.search(r"(\d+) à \d+\.(\d+)", listed).groups() if " à " in listed else (0, 0)
            between = [f"{atelier}.{k}" for k in range(int(first) + 1, int(last))]
            assert sorted(re.findall(r"\d\.\d+", listed) + between) == sorted(core)

    def test_there_is_an_oracle_for_each(self):
        """A row is an exercise that is graded, and its points are the oracle's."""
        from attentif.exercises.course import Course
        from attentif.references.oracles import load_exercise

        course = Course(ROOT)
        for atelier in (1, 2, 3, 4):
            folders = [p.parent for p in (ROOT / "grader_tests" / f"atelier{atelier}").glob("*/oracle.py")]
            graded = [load_exercise(course.oracle(f"atelier{atelier}", folder.name)).points for folder in folders]
            assert sorted(graded) == sorted(int(row["points"]) for row in rows_of(atelier))


def test_the_declaration_is_the_courses():
    assert (MODULE / "data/udhr/fra.txt").read_bytes() == (ROOT / "data/udhr/fra.txt").read_bytes()
