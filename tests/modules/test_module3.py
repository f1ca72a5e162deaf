"""Module 3: every number of the text and the captions, the theorems on random cases, and each answer's origin."""

import math
import warnings

import numpy as np
import pytest
import torch
from modules.lecture import Lecture, fr
from scipy import linalg, optimize, stats
from scipy.spatial import ConvexHull
from scipy.special import entr, softmax

LECTURE = Lecture("module3")
text, reason = LECTURE.text, LECTURE.reason
A = np.array([[4.0, 0], [3, 5]])


def random(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


def code_with(cell, old, new):
    """A cell's names after a student's change of its constant."""
    assert old in LECTURE.cells[cell]
    changed = Lecture("module3")
    changed.cells[cell] = changed.cells[cell].replace(old, new)
    return changed.code(cell)


CHANGES = [
    ("figure-cosinus", "[2, 8, 64, 768]", "[2, 3, 8, 64, 768]"),
    ("figure-ellipse", "[[4.0, 0], [3, 5]]", "[[4.0, 2], [2, 1]]"),
    ("figure-acp", "np.array([4.0, 3.0])", "np.array([0.0, 0.0])"),
    ("figure-requete", "ANGLE, LENGTH = 60, 2.0", "ANGLE, LENGTH = 200, 20"),
    ("figure-requete", "ANGLE, LENGTH = 60, 2.0", "ANGLE, LENGTH = 200, 0"),
    ("figure-markov", "SHARPNESS = 2.0", "SHARPNESS = 0"),
    ("figure-markov", "SHARPNESS = 2.0", "SHARPNESS = 6"),
]


@pytest.mark.parametrize(("cell", "old", "new"), CHANGES)
def test_each_constant_that_the_text_invites_to_change(cell, old, new):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ((figure, alt),) = code_with(cell, old, new)["alts"]
    assert figure.axes
    assert len(alt.split()) > 10


class TestAngles:
    def test_dot_product(self):
        said = text("scalaire")
        q, k = np.array([3, 4]), np.array([4, 3])
        cosine = q @ k / np.linalg.norm(q) / np.linalg.norm(k)
        assert q @ k == 24
        assert f"\\cos\\theta={fr(cosine, 2)}" in said
        assert f"\\approx{fr(math.degrees(math.acos(cosine)), 0)}°" in said
        assert np.linalg.norm(q - k) ** 2 == pytest.approx(25 + 25 - 2 * 25 * cosine)
        assert f"angle de {fr(math.degrees(math.acos(0.15)), 0)}°" in text("la-question-texte")

    def test_the_long_key_wins(self):
        said = text("scalaire-texte")
        q, same, long = np.array([1, 0]), np.array([1, 0]), np.array([3, 3])
        assert (q @ same, q @ long) == (1, 3)
        assert math.degrees(math.acos(3 / np.linalg.norm(long))) == pytest.approx(45)
        assert "3 avec la clé $(3,3)$, à 45°" in said

    def test_high_dimension(self):
        assert f"\\approx{fr(1 / math.sqrt(768), 3)}$" in text("haute-dimension")
        said = text("retour")
        assert f"\\approx{fr(0.15 * math.sqrt(768), 1)}" in said
        chance = stats.beta(0.5, 767 / 2).sf(0.15**2)  # of the squared cosine, exactly
        assert f"{fr(chance * 100_000, 0)} fois sur 100 000" in said
        for d in (2, 3, 50):
            assert stats.beta(0.5, (d - 1) / 2).mean() == pytest.approx(1 / d)

    def test_on_a_sphere_heights_are_uniform(self):
        assert "pour $d=3$, **plate**" in text("figure-cosinus-legende")
        u = random(20_000, 3)
        heights = u[:, 0] / np.linalg.norm(u, axis=1)
        assert stats.kstest(heights, stats.uniform(-1, 2).cdf).pvalue > 1e-3
        u = random(20_000, 2)
        flat = u[:, 0] / np.linalg.norm(u, axis=1)
        assert np.mean(np.abs(flat) > 0.9) > 2 * np.mean(np.abs(flat) < 0.1)

    def test_the_figure_s_legend(self):
        names = LECTURE.code("figure-cosinus")
        labels = [t.get_text() for t in names["ax"].get_legend().get_texts()]
        for d, label in zip(names["DIMS"], labels, strict=True):
            measured = float(label.split()[-1].replace(",", "."))
            assert measured == pytest.approx(1 / math.sqrt(d), rel=0.03)
        assert labels[-1].endswith(fr(1 / math.sqrt(768), 3))


class TestMatrices:
    def test_projection(self):
        a, b = np.array([1.0, 1]), np.array([3.0, 1])
        t = optimize.minimize_scalar(lambda t: np.sum((b - t * a) ** 2)).x
        assert t * a == pytest.approx([2, 2])
        assert (b - t * a) @ a == pytest.approx(0, abs=1e-6)
        assert r"\tfrac42\,a=(2,2)$, reste $(1,-1)$".replace(r"\,", " ") in text("projection")

    def test_gram_schmidt(self):
        Q, R = np.linalg.qr(np.array([[1.0, 3], [1, 1]]))
        Q *= np.sign(np.diag(R))
        assert pytest.approx(np.array([[1, 1], [1, -1]]) / math.sqrt(2)) == Q.T
        assert r"\tfrac1{\sqrt2}(1,1)$ et $\tfrac1{\sqrt2}(1,-1)$" in text("gram-schmidt")
        x = random(2)
        assert Q @ (Q.T @ x) == pytest.approx(x)

    def test_columns_are_images(self):
        assert pytest.approx([4, 3]) == A @ [1, 0]
        assert pytest.approx([0, 5]) == A @ [0, 1]
        assert r"(1,0)\mapsto(4,3)" in text("matrices")
        assert r"(0,1)\mapsto(0,5)" in text("matrices")

    def test_change_of_basis(self):
        Q, K, M = random(6, 3), random(7, 3, seed=1), random(3, 3, seed=2)
        assert pytest.approx(Q @ K.T) == (Q @ M) @ (K @ np.linalg.inv(M).T).T

    def test_four_subspaces(self):
        B = np.array([[1.0, 2, 0], [2, 4, 0]])
        assert np.linalg.matrix_rank(B) == 1
        assert linalg.null_space(B).shape[1] == 2
        assert linalg.null_space(B.T).shape[1] == 1
        assert "| 1 / 2 |" in text("rang")
        assert "| 1 / 1 |" in text("rang")
        assert np.linalg.matrix_rank(np.column_stack([B, [1, 2]])) == 1
        assert np.linalg.matrix_rank(np.column_stack([B, [1, 0]])) == 2

    def test_singular_values_by_hand(self):
        assert pytest.approx(np.array([[25, 15], [15, 25]])) == A.T @ A
        assert np.linalg.eigvalsh(A.T @ A) == pytest.approx([10, 40])
        sigma = linalg.svdvals(A)
        assert f"$\\sigma_1\\approx{fr(sigma[0], 3)}$, $\\sigma_2\\approx{fr(sigma[1], 3)}$" in text("svd-exemple")
        v = np.array([[1, 1], [1, -1]]) / math.sqrt(2)
        assert A @ v[0] / math.sqrt(40) == pytest.approx(np.array([1, 2]) / math.sqrt(5))
        assert A @ v[1] / math.sqrt(10) == pytest.approx(np.array([2, -1]) / math.sqrt(5))
        assert sigma.prod() == pytest.approx(20)
        assert abs(np.linalg.det(A)) == pytest.approx(20)
        assert "=20=" in text("svd-exemple-texte")

    def test_the_ellipse(self):
        names = LECTURE.code("figure-ellipse")
        lengths = np.linalg.norm(names["A"] @ names["circle"], axis=0)
        assert lengths.max() == pytest.approx(math.sqrt(40), rel=1e-3)
        assert lengths.min() == pytest.approx(math.sqrt(10), rel=1e-3)
        assert names["U"] @ np.diag(names["sigma"]) @ names["Vt"] == pytest.approx(A)
        assert (names["Vt"][:, 0] > 0).all()
        flat = code_with("figure-ellipse", "[[4.0, 0], [3, 5]]", "[[4.0, 2], [2, 1]]")
        assert flat["sigma"][1] == pytest.approx(0, abs=1e-12)

    def test_best_rank(self):
        one = np.array([[2.0, 2], [4, 4]])
        u, s, vt = np.linalg.svd(A)
        assert s[0] * np.outer(u[:, 0], vt[0]) == pytest.approx(one)
        assert A - one == pytest.approx(np.array([[2, -2], [-1, 1]]))
        assert np.sum((A - one) ** 2) == pytest.approx(s[1] ** 2)
        assert "4+4+1+1=10" in text("eckart-young-exemple")
        B = random(6, 5)
        s = linalg.svdvals(B)
        for seed in range(50):  # no other matrix of rank 2 does better
            other = random(6, 2, seed=seed + 1) @ random(2, 5, seed=seed + 99)
            assert np.linalg.norm(B - other, 2) >= s[2]
            assert np.linalg.norm(B - other) ** 2 >= (s[2:] ** 2).sum()

    def test_centring(self):
        names = LECTURE.code("figure-acp")
        cloud = names["cloud"]
        mean = cloud.mean(0) / np.linalg.norm(cloud.mean(0))
        assert abs(names["raw"] @ mean) > 0.99
        axis = np.linalg.eigh(np.cov(cloud.T))[1][:, -1]
        assert abs(names["centred"] @ axis) == pytest.approx(1)
        assert abs(names["raw"] @ axis) < 0.3
        at_zero = code_with("figure-acp", "CENTRE = np.array([4.0, 3.0])", "CENTRE = np.array([0.0, 0.0])")
        assert abs(at_zero["raw"] @ at_zero["centred"]) > 0.999


class TestAttention:
    def test_two_matrices(self):
        said = text("deux-matrices-texte")
        assert fr(768**2, 0) in said
        assert fr(2 * 768 * 64, 0) in said
        assert 768**2 / (2 * 768 * 64) == 6
        M = random(9, 3) @ random(9, 3, seed=1).T
        assert np.linalg.matrix_rank(M) == 3
        assert np.abs(M - M.T).max() > 0.1

    def test_softmax_maximises(self):
        s, tau = np.array([1.0, 0.2, -0.5]), 0.7
        best = softmax(s / tau)

        def worth(a):
            return a @ s + tau * entr(a).sum()

        others = np.random.default_rng(0).dirichlet(np.ones(3), 2000)
        assert max(map(worth, others)) <= worth(best)
        assert softmax(s / 1e-3) == pytest.approx([1, 0, 0])
        assert softmax(s / 1e6) == pytest.approx([1 / 3] * 3, abs=1e-6)

    def test_its_jacobian(self):
        a = np.array([0.5, 0.3, 0.2])
        J = torch.autograd.functional.jacobian(lambda s: s.softmax(0), torch.log(torch.from_numpy(a))).numpy()
        assert pytest.approx(np.diag(a) - np.outer(a, a)) == J
        assert J[0] == pytest.approx([0.25, -0.15, -0.1])
        assert "(0,25;\\ -0,15;\\ -0,10)" in text("jacobienne")
        assert J.sum(1) == pytest.approx(0)
        assert np.linalg.matrix_rank(J) == 2
        g = random(3)
        assert J.T @ g == pytest.approx(a * (g - a @ g))

    def test_backwards(self):
        x, W = torch.randn(1, 4, requires_grad=True), torch.randn(4, 3, requires_grad=True)
        dy = torch.randn(1, 3)
        (x @ W * dy).sum().backward()
        assert torch.allclose(x.grad, dy @ W.T)
        assert torch.allclose(W.grad, x.T @ dy)

    def test_the_output_stays_in_the_hull(self):
        names = LECTURE.code("figure-requete")
        hull = ConvexHull(names["values"])
        assert sorted(hull.vertices) == [0, 1, 2, 3]  # what the figure fills
        inside = names["path"] @ hull.equations[:, :2].T + hull.equations[:, 2]
        assert inside.max() < 0
        still = names["read"](0.3, 0.0)[2]
        assert still == pytest.approx(names["values"].mean(0))
        sharp = np.array([names["read"](angle, 20)[2] for angle in np.linspace(0, 2 * np.pi, 400)])
        apart = np.linalg.norm(sharp[:, None] - names["values"], axis=-1)
        assert np.mean(apart.min(1) < 0.1) > 0.6
        assert set(apart.argmin(1)) == set(range(5))

    def test_a_chain(self):
        P = np.array([[0.8, 0.2], [0.4, 0.6]])
        two = np.linalg.matrix_power(P, 2)
        assert f"={fr(two[0, 0], 2)}$" in text("markov")
        assert P.sum(1) == pytest.approx(1)
        start = np.array([1.0, 0])
        assert (start @ P).sum() == pytest.approx(1)
        assert (P @ start).sum() == pytest.approx(1.2)  # what p(t) = Pᵗ p(0) gives: no probabilities
        pi = np.array([2 / 3, 1 / 3])
        assert pi @ P == pytest.approx(pi)
        assert np.sort(np.linalg.eigvals(P)) == pytest.approx([0.4, 1])
        assert (start @ P - pi) == pytest.approx(0.4 * (start - pi))
        assert r"\pi=(\tfrac23,\tfrac13)" in text("markov-texte")

    def test_attention_again_and_again(self):
        names = LECTURE.code("figure-markov")
        assert names["gaps"][7] < 0.01
        pi = np.linalg.matrix_power(names["weights"], 200)[0]
        assert pi @ names["weights"] == pytest.approx(pi)
        slope = np.polyfit(range(6, 16), np.log(names["gaps"][6:]), 1)[0]
        assert math.exp(slope) == pytest.approx(names["second"], rel=0.15)
        even = code_with("figure-markov", "SHARPNESS = 2.0", "SHARPNESS = 0")
        assert max(even["gaps"]) < 1e-12
        assert code_with("figure-markov", "SHARPNESS = 2.0", "SHARPNESS = 6")["second"] > names["second"]

    def test_transposes(self):
        X = torch.zeros(2, 3, 4)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            assert X.T.shape == (4, 3, 2)
        assert X.mT.shape == X.transpose(-2, -1).shape == (2, 4, 3)


class TestQuestions:
    def test_a_cosine(self):
        a, b = np.array([1, 2]), np.array([2, 3])
        right = a @ b / np.linalg.norm(a) / np.linalg.norm(b)
        assert right == pytest.approx(0.992, abs=5e-4)
        assert reason("m3_q1", right)[0]
        for wrong, said in [
            (a @ b, "produit scalaire"),
            (a @ b / (a @ a) / (b @ b), "**carrés**"),
            (a @ b / np.linalg.norm(a), "que par une longueur"),
        ]:
            is_right, why = reason("m3_q1", wrong)
            assert not is_right
            assert said in why

    def test_chance(self):
        assert stats.beta(0.5, 767 / 2).mean() ** 0.5 == pytest.approx(0.036, abs=5e-4)
        assert reason("m3_q2", 768**-0.5)[0]
        assert "**variance**" in reason("m3_q2", 1 / 768)[1]
        assert random(4000, 768).std() * math.sqrt(768) == pytest.approx(27.7, rel=0.01)
        assert "**produit scalaire**" in reason("m3_q2", math.sqrt(768))[1]

    def test_weather(self):
        P = np.array([[0.9, 0.1], [0.5, 0.5]])
        right = (P @ P)[0, 0]
        assert right == pytest.approx(0.86)
        assert reason("m3_q4", right)[0]
        assert "manque un chemin" in reason("m3_q4", 0.81)[1]
        stationary = np.linalg.matrix_power(P, 99)[0, 0]
        assert "**stationnaire**" in reason("m3_q4", stationary)[1]
        assert "**demain**" in reason("m3_q4", 0.9)[1]

    def test_choices(self):
        right = {name: [c.letter for c in q.choices if c.right] for name, q in LECTURE.questions.items() if q.choices}
        assert right == {"m3_q3": ["d"], "m3_q5": ["b"]}
        B = random(4, 2) @ random(2, 5, seed=1)
        u, _, vt = np.linalg.svd(B)
        rows, kernel = vt[:2], vt[2:]
        assert np.linalg.matrix_rank(np.vstack([B, rows])) == 2
        assert pytest.approx(0, abs=1e-9) == B @ kernel.T
        assert np.linalg.matrix_rank(np.column_stack([B, u[:, :2]])) == 2
        assert linalg.null_space([[1.0, 2, 0]]).shape[1] == 2
