"""Module 4: every number of the text and the captions, the trained model's included, and each answer's origin."""

import importlib.util
import math
import re

import numpy as np
import pytest
import torch
from courses import ROOT
from modules.lecture import Lecture, fr
from safetensors.numpy import load_file
from scipy.special import logsumexp, softmax

LECTURE = Lecture("module4")
text, reason = LECTURE.text, LECTURE.reason
DATA = ROOT / "data" / "maps"
T = 64


def recipe():
    """data/maps/train.py."""
    spec = importlib.util.spec_from_file_location("train_maps", DATA / "train.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class TestHandExamples:
    def test_soft_dictionary(self):
        a = softmax([math.log(3), 0])
        assert a == pytest.approx([3 / 4, 1 / 4])
        assert softmax([100 + math.log(3), 100]) == pytest.approx(a)
        assert a @ [4, 8] == pytest.approx(5)
        assert r"\tfrac34\times4+\tfrac14\times8=5" in text("dictionnaire-exemple")

    def test_kernel_and_product(self):
        rng = np.random.default_rng(0)
        q, K = rng.normal(size=9), rng.normal(size=(5, 9))
        K /= np.linalg.norm(K, axis=1, keepdims=True) / 1.7
        near = np.exp(-((q - K) ** 2).sum(1) / (2 * math.sqrt(9)))
        assert near / near.sum() == pytest.approx(softmax(K @ q / math.sqrt(9)))
        near, product = softmax([-((1 - k) ** 2) / 2 for k in (1, 3)]), softmax([1, 3])
        said = text("noyau-vers-produit-texte")
        assert rf"1/(1+e^{{-2}})\approx{fr(near[0], 3)}$" in said
        assert rf"1/(1+e^{{2}})\approx{fr(product[0], 3)}$" in said

    def test_scale(self):
        said = text("racine-texte")
        assert f"\\approx {fr(math.exp(8), 0)}$" in said
        for a in (0.5, 0.999):
            assert a * (1 - a) == pytest.approx({0.5: 0.25, 0.999: 0.001}[a], rel=2e-3)
        rng = np.random.default_rng(0)
        products = (rng.normal(size=(40_000, 64)) * rng.normal(size=(40_000, 64))).sum(1)
        assert products.std() == pytest.approx(8, rel=0.02)

    def test_masks(self):
        said = text("masque-exemple")
        s = np.log([2, 1, 5])
        assert softmax([*s[:2], -np.inf]) == pytest.approx([2 / 3, 1 / 3, 0])
        assert softmax(s)[:2] == pytest.approx([2 / 8, 1 / 8])
        assert softmax(np.log([2, 1, 13]))[:2] == pytest.approx([2 / 16, 1 / 16])
        assert r"somme à $\tfrac38$" in said
        table = text("masque-table")
        for hidden in (5, 13):
            late = [rf"\tfrac{n}{{{3 + hidden}}}" if hidden > 6 else rf"\tfrac{n}{3 + hidden}" for n in (2, 1)]
            row = rf"| $\ln 2,\ 0,\ \ln {hidden}$ | $\tfrac23,\ \tfrac13,\ 0$ | ${late[0]},\ {late[1]},\ 0$ |"
            assert row in table
        assert "104" in said
        assert torch.tensor([0.0, 104]).softmax(0)[0] == 0
        assert torch.tensor([0.0, 103]).softmax(0)[0] > 0
        late = torch.tensor([0.0, 0, 104]).softmax(0) * torch.tensor([1, 1, 0])
        assert (late / late.sum()).isnan().all()

    def test_gradient(self):
        q, K, V = (torch.tensor(x, requires_grad=True) for x in ([[1.0]], [[math.log(2)], [0.0]], [[3.0], [0.0]]))
        weights = (q @ K.T).softmax(-1)
        weights.retain_grad()
        out = weights @ V
        out.backward()
        assert out.item() == pytest.approx(2)
        assert V.grad.flatten().tolist() == pytest.approx([2 / 3, 1 / 3])
        assert weights.grad.flatten().tolist() == pytest.approx([3, 0])
        assert K.grad.flatten().tolist() == pytest.approx([2 / 3, -2 / 3])
        assert f"\\approx{fr(q.grad.item(), 3)}$" in text("gradient-exemple")

    def test_gradient_formulas(self):
        rng = torch.Generator().manual_seed(0)
        Q, K, V, dO = (torch.randn(5, 3, generator=rng, dtype=torch.float64, requires_grad=i < 3) for i in range(4))
        A = (Q @ K.T / math.sqrt(3)).softmax(-1)
        (A @ V * dO).sum().backward()
        dA = dO @ V.T
        dS = A * (dA - (A * dA).sum(-1, keepdim=True))
        for found, formula in [(V.grad, A.T @ dO), (Q.grad, dS @ K / 3**0.5), (K.grad, dS.T @ Q / 3**0.5)]:
            assert torch.allclose(found, formula)

    def test_equivariance(self):
        rng = np.random.default_rng(0)
        X, W = rng.normal(size=(5, 4)), rng.normal(size=(3, 4, 4))
        P = np.eye(5)[rng.permutation(5)]

        def f(x):
            return softmax(x @ W[0] @ (x @ W[1]).T / 2, axis=-1) @ x @ W[2]

        assert np.allclose(f(P @ X), P @ f(X))
        assert not np.allclose(f(P @ X), f(X))

    def test_blocks(self):
        said = text("blocs-exemple")
        first = 1 + math.exp(-1), 10 + 20 * math.exp(-1)
        both = first[0] / math.e + 1, first[1] / math.e + 30
        assert both[1] / both[0] == pytest.approx(softmax([1, 0, 2]) @ [10, 20, 30])
        for number in (*first, *both):
            assert f"\\approx{fr(number, 3)}" in said
        assert f"sortie $\\approx{fr(both[1] / both[0], 2)}$" in said

    def test_cost(self):
        n, d = 2048, 1024
        assert 4 * n * n * d == 8 * n * d * d
        assert "dès $n>2d$" in text("cout")
        assert fr(round(math.sqrt(8 * 2**30 / 24), -2), 0) in text("figure-memoire-legende")
        assert 12 * 128**2 * 2 < 2**19


CHANGES = [
    ("figure-noyau", "SIGMA = 0.3", "SIGMA = 0.05"),
    ("figure-noyau", "SIGMA = 0.3", "SIGMA = 3"),
    ("figure-echelle", "N_KEYS = 10", "N_KEYS = 2"),
    ("figure-echelle", "N_KEYS = 10", "N_KEYS = 100"),
    ("figure-fuite", "HEADS = 6, 8, 2", "HEADS = 6, 8, 4"),
    ("figure-memoire", "BYTES = 12, 64, 2", "BYTES = 12, 64, 4"),
    ("figure-cartes", '"le lac togo est calme"', '"ɖevi sia ɖevi"'),
    ("figure-cartes", '"le lac togo est calme"', '"ɛyaa kpeekpe"'),
    ("figure-cartes", "LAYER, HEAD = 1, 4", "LAYER, HEAD = 2, 1"),
]


class TestFigures:
    @pytest.mark.parametrize(("cell", "old", "new"), CHANGES)
    def test_each_constant_that_the_text_invites_to_change(self, cell, old, new):
        assert old in LECTURE.cells[cell]
        lecture = Lecture("module4")
        lecture.cells[cell] = lecture.cells[cell].replace(old, new)
        ((figure, alt),) = lecture.code(*["le-modele"] * (cell == "figure-cartes"), cell)["alts"]
        assert figure.axes
        assert len(alt.split()) > 10

    def test_kernel(self):
        names = LECTURE.code("figure-noyau")
        at = np.abs(names["queries"][:, None] - names["keys"]).argmin(1)
        assert np.median(np.abs(names["kernel_average"](0.01) - names["values"][at])) < 1e-6
        assert np.ptp(names["kernel_average"](3)) < 0.5 * np.ptp(names["kernel_average"](0.3))

    def test_scale(self):
        names = LECTURE.code("figure-echelle")
        peak, slope = names["peak"], names["slope"]
        said = text("figure-echelle-legende")
        assert f"monte de {fr(peak['raw'][0], 2)} à {fr(peak['raw'][-1], 2)}" in said
        assert f"tombe à {fr(slope['raw'][-1], 2)}" in said
        assert np.ptp(peak["scaled"]) < 0.05
        assert np.ptp(slope["scaled"]) < 0.05
        rng = np.random.default_rng(1)  # with other draws
        a = softmax((rng.normal(size=(4000, 1, 2)) * rng.normal(size=(4000, 10, 2))).sum(-1), axis=-1)
        assert a.max(-1).mean() == pytest.approx(peak["raw"][0], abs=0.03)
        two = softmax(rng.normal(size=(4000, 2)), axis=-1).max(-1).mean()
        assert two > max(peak["scaled"]) + 0.2

    def test_leaks(self):
        names = LECTURE.code("figure-fuite")
        future = torch.ones(6, 6, dtype=torch.bool).triu(1)
        right, after, view = (names["leak"](**how) for _, how in names["CASES"])
        assert right[future].max() == 0
        assert after.min() > 1e-5
        assert view[0, 3] > 1e-5
        assert view[future].gt(1e-7).sum() == 6
        x = names["X"].clone()
        x[5] += 1
        moved = (names["attend"](x) - names["attend"](names["X"])).abs().sum(1) > 0
        assert moved.tolist() == [False] * 5 + [True]

    def test_a_wrong_split_put_together_as_wrongly_does_not_leak_but_sees_one_block(self):
        """Why the text says: put together normally."""
        names = LECTURE.code("figure-fuite")
        assert "Recollée normalement" in text("figure-fuite-legende")

        def attend(x):
            q, k, v = ((x @ names[f"W_{n}"]).view(2, 6, 4) for n in "QKV")
            return ((q @ k.mT / 2).masked_fill(~names["past"], -torch.inf).softmax(-1) @ v).reshape(6, 8)

        jacobian = torch.autograd.functional.jacobian(attend, names["X"])
        sees = jacobian.abs().sum((1, 3)) > 1e-7
        assert not (sees & torch.ones(6, 6, dtype=torch.bool).triu(1)).any()
        assert not sees[3:, :3].any()


def model(W, ids, off=(), swap=None):
    """(logits, maps) by NumPy in double precision, a window at a time, each head apart."""
    W = {name: w.astype(float) for name, w in W.items()}
    swap = swap or {}

    def norm(x, name):
        x = x - x.mean(-1, keepdims=True)
        return x / np.sqrt((x**2).mean(-1, keepdims=True) + 1e-5) * W[f"{name}.weight"] + W[f"{name}.bias"]

    x = W["letters.weight"][ids] + W["places.weight"][: ids.shape[1]]
    hidden = np.triu(np.full((ids.shape[1],) * 2, -np.inf), 1)
    maps = []
    for n in range(2):
        at = f"layers.{n}"
        y, read = norm(x, f"{at}.norm1"), 0
        for head in range(4):
            q, k, v = (y @ W[f"{at}.qkv.weight"][64 * p + 16 * head :][:16].T for p in range(3))
            A = swap.get((n, head), softmax(q @ k.swapaxes(1, 2) / 4 + hidden, axis=-1))
            maps.append(A)
            if (n, head) not in off:
                read = read + A @ v @ W[f"{at}.out.weight"][:, 16 * head :][:, :16].T
        x = x + read
        y = np.maximum(norm(x, f"{at}.norm2") @ W[f"{at}.up.weight"].T + W[f"{at}.up.bias"], 0)
        x = x + y @ W[f"{at}.down.weight"].T + W[f"{at}.down.bias"]
    return norm(x, "norm") @ W["letters.weight"].T, maps


@pytest.fixture(scope="module")
def W():
    return load_file(DATA / "weights.safetensors")


@pytest.fixture(scope="module")
def held():
    """(x, y): (34, 64) each, from the recipe's own corpus."""
    x, y = [], []
    for ids in recipe().corpus()[1].values():
        n = (len(ids) - 1) // T
        x.append(ids[: n * T].view(n, T).numpy())
        y.append(ids[1 : n * T + 1].view(n, T).numpy())
    return np.concatenate(x), np.concatenate(y)


@pytest.fixture(scope="module")
def loss(W, held):
    def of(**how):
        logits = model(W, held[0], **how)[0]
        said = np.take_along_axis(logits, held[1][..., None], -1)[..., 0]
        return float((logsumexp(logits, axis=-1) - said).mean())

    return of


@pytest.fixture(scope="module")
def costs(loss):
    base = loss()
    return {(n, head): loss(off=[(n, head)]) - base for n in range(2) for head in range(4)}


class TestTrainedModel:
    def test_what_it_is(self, W, held, loss):
        learned = sum(w.size for name, w in W.items() if name != "places.weight")
        assert f"{fr(learned, 0)} nombres" in text("vrai-modele")
        said = text("vrai-modele-texte")
        assert f"{fr(held[0].size, 0)} lettres en {len(held[0])} fenêtres" in said
        assert f"{fr(loss(), 2)} nat par lettre" in said
        assert f"perplexité de {fr(math.exp(loss()), 1)} pour {len(W['letters.weight'])} caractères" in said
        assert f"hasard : {fr(math.log(70), 2)} nats" in said
        assert (DATA / "weights.safetensors").stat().st_size < 2_000_000

    def test_the_recipe_s_model_says_the_same(self, W, held):
        made = recipe()
        network = made.Letters(70).eval()
        network.load_state_dict({name: torch.from_numpy(w) for name, w in W.items()})
        with torch.no_grad():
            logits = network(torch.from_numpy(held[0])).numpy()
        assert np.abs(logits - model(W, held[0])[0]).max() < 1e-3
        assert np.allclose(W["places.weight"], made.waves().numpy(), atol=1e-6)

    def test_the_recipe_begins_as_the_weights_were_made(self):
        """The seed, the draws and the first loss; the whole takes a minute of processor."""
        made = recipe()
        made.STEPS = 1
        training, validation = made.corpus()
        assert len(made.alphabet()) == 70
        first, again = (made.trained(training, 70).state_dict() for _ in range(2))
        assert all(torch.equal(first[name], again[name]) for name in first)
        assert made.mean_loss(made.trained(training, 70), validation["fra"]) > math.log(70)

    def test_the_notebook_s_model(self, W, held, loss, costs):
        names = LECTURE.code("le-modele", "figure-cartes", "figure-tetes", "remplacer")
        assert np.array_equal(names["HELD_X"].numpy(), held[0])
        assert np.array_equal(names["HELD_Y"].numpy(), held[1])
        assert names["base"] == pytest.approx(loss(), abs=1e-4)
        for key, cost in names["cost"].items():
            assert cost == pytest.approx(costs[key], abs=2e-4)

    def test_the_map_of_a_sentence(self, W):
        alphabet = recipe().alphabet()
        phrase = re.search(r'PHRASE = "(.+?)"', LECTURE.cells["figure-cartes"])[1]
        A = model(W, np.array([[alphabet.index(c) for c in phrase]]))[1][3][0]
        before = A.diagonal(-1)
        assert np.mean(A.argmax(1)[1:] == np.arange(len(phrase) - 1)) > 0.7
        assert before.mean() > 0.5
        m = phrase.index("m")
        assert A[m].argmax() == m - 2

    def test_who_looks_at_the_previous_letter(self, W, held, costs):
        maps = model(W, held[0])[1]
        look = [float(np.mean([A[:, i, i - 1] for i in range(8, T)])) for A in maps]
        said = text("figure-tetes-legende")
        assert max(look) == look[3]
        assert f"1.4 y met {fr(look[3], 2)} de son poids en moyenne, la tête 1.2, {fr(look[1], 2)}" in said
        assert f"1.3 n’y met que {fr(look[2], 2)}" in said
        assert f"uniforme : {fr(np.mean([1 / (i + 1) for i in range(8, T)]), 2)}" in said
        assert f"Éteindre 1.4 coûte {fr(costs[0, 3], 3)} nat ; 1.2, {fr(costs[0, 1], 3)}" in said
        assert f"presque autant, {fr(costs[0, 2], 3)}" in said
        assert max(costs, key=costs.get) == (0, 3)

    def test_a_fixed_map_in_its_place(self, loss, costs):
        base = loss()
        places = np.arange(T)
        fixed = [np.eye(T)[np.maximum(places - back, 0)] for back in (1, 2)]
        uniform = np.tril(np.ones((T, T))) / (places + 1)[:, None]
        changed = [loss(swap={(0, 3): A}) - base for A in (*fixed, uniform)]
        row = f"| +{fr(changed[0], 3)} nat | +{fr(changed[1], 3)} | +{fr(changed[2], 3)} | +{fr(costs[0, 3], 3)} |"
        assert row in text("remplacer-legende")
        said = text("remplacer-texte")
        assert f"pour {fr(changed[0], 3)} nat, cinq fois moins" in said
        assert 4.5 < costs[0, 3] / changed[0] < 5.5
        assert changed[1] > costs[0, 3]
        whole = loss(off=[(0, head) for head in range(4)]) - base
        assert f"couche 1 coûte {fr(whole, 3)} nat" in said
        assert f"quatre têtes ({fr(sum(costs[0, head] for head in range(4)), 3)})" in said

    def test_the_readme_says_what_was_measured(self, W, loss, costs):
        readme = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
        section = readme[readme.index("## `maps/`") :].partition("\n## ")[0]
        assert f"{fr(loss(), 3)} nat par lettre" in section
        assert f"l’éteindre coûte {fr(costs[0, 3], 3)} nat" in section


class TestQuestions:
    def test_two_scores(self):
        a = softmax([1, 0])
        assert a @ [10, 20] == pytest.approx(12.69, abs=0.005)
        assert reason("m4_q1", a @ [10, 20])[0]
        assert "exponentielle" in reason("m4_q1", (2 * 10 + 1 * 20) / 3)[1]
        assert "échangés" in reason("m4_q1", a @ [20, 10])[1]
        assert "arg max" in reason("m4_q1", 10)[1]
        assert "moyenne simple" in reason("m4_q1", 15)[1]

    def test_divisor(self):
        assert reason("m4_q2", 8)[0]
        for wrong, said in [(512**0.5, "**modèle**"), (8**0.5, "nombre de têtes"), (64, "**variance**")]:
            right, why = reason("m4_q2", wrong)
            assert not right
            assert said in why

    def test_memory(self):
        scores = torch.empty(1, 12, 4096, 4096, dtype=torch.float16, device="meta")
        octets = scores.numel() * scores.element_size()
        assert octets / 2**20 == 384
        assert reason("m4_q3", 384)[0]
        cache = 2 * torch.empty(4096, 768, dtype=torch.float16, device="meta").nbytes / 2**20
        assert cache == 12
        for wrong, said in [
            (octets / 12 / 2**20, "**une** tête"),
            (octets * 2 / 2**20, "`float32`"),
            (cache, "cache"),
            (octets / 1e6, "Mo "),
            (octets / 2 / 2**20, "deux octets"),
        ]:
            right, why = reason("m4_q3", wrong)
            assert not right
            assert said in why

    def test_choices(self):
        right = {name: [c.letter for c in q.choices if c.right] for name, q in LECTURE.questions.items() if q.choices}
        assert right == {"m4_q4": ["c"], "m4_q5": ["d"]}
        late = torch.tensor([[0.0, 1, 2], [1, 0, 3], [0, 0, 0]]).softmax(-1).tril()
        assert late.isfinite().all()
        assert (late[:2].sum(-1) < 1).all()
