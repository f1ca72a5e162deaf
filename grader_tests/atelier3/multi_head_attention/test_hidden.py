"""Hidden checks: MultiHeadAttention."""

import pytest
import torch
import torch.nn.functional as F

from attentif.checks import Text, fail
from attentif.remote.wire.call import Call

pytestmark = pytest.mark.exercise("multi_head_attention")

D_MODEL, HEADS, D_HEAD = 12, 3, 4
PROJECTIONS = ("W_q", "W_k", "W_v")


def random_state(rng):
    state = {}
    for name in (*PROJECTIONS, "W_o"):
        state[f"{name}.weight"] = torch.from_numpy(rng.normal(scale=0.4, size=(D_MODEL, D_MODEL))).float()
        state[f"{name}.bias"] = torch.from_numpy(rng.normal(scale=0.5, size=D_MODEL)).float()
    return state


def random_x(rng, T=6):
    return torch.from_numpy(rng.normal(size=(2, T, D_MODEL))).float()


def module(student, state, n_heads=HEADS, causal=False):
    init = {"d_model": D_MODEL, "n_heads": n_heads, **({"causal": True} if causal else {})}
    return Call("MultiHeadAttention", init=init, state=state).made(student)


@pytest.mark.weight(2)
def test_fresh_self_attention(student, cases):
    """Sans masque, sur de nouveaux poids : plusieurs têtes, une seule, des têtes de dimension 1, un seul jeton.

    Without a mask, on new weights: several heads, a single one, heads of dimension 1, a single token."""
    cases["plain"].check_values(student)


@pytest.mark.weight(2)
def test_fresh_padding(student, cases):
    """Avec un masque de remplissage, sur de nouveaux poids et de nouvelles longueurs.

    With a padding mask, on new weights and new lengths."""
    cases["padded"].check_values(student)


@pytest.mark.weight(2)
def test_fresh_causal(student, cases):
    """Avec causal=True, sur de nouveaux poids, avec et sans masque de remplissage.

    With causal=True, on new weights, with and without a padding mask."""
    cases["causal"].check_values(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_self_attention", "test_fresh_padding", "test_fresh_causal")
def test_gradients(student, cases):
    """L'autograd traverse votre module, avec et sans masque.

    Autograd goes through your module, with and without masks."""
    cases.check_gradients(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_self_attention")
def test_heads(student, rng):
    """Chaque tête travaille seule : une seule tête est l'exercice 3.4, et l'ordre des têtes ne compte pas.

    Each head works alone: a single head is exercise 3.4, and the order of heads does not matter."""
    state, x = random_state(rng), random_x(rng)

    single = module(student, state, n_heads=1)
    q, k, v = (F.linear(x, state[f"{name}.weight"], state[f"{name}.bias"]) for name in PROJECTIONS)
    wanted = F.linear(F.scaled_dot_product_attention(q, k, v), state["W_o.weight"], state["W_o.bias"])
    if not torch.allclose(single(x), wanted, rtol=1e-4, atol=1e-4):
        fail(
            Text(
                "Avec h=1, votre module n'est pas l'attention de l'exercice 3.4 suivie de W_o.",
                "With h=1 your module is not the attention of exercise 3.4 followed by W_o.",
            )
        )

    output = module(student, state)(x)
    order = torch.tensor([2, 0, 1])
    rows = (order[:, None] * D_HEAD + torch.arange(D_HEAD)).flatten()  # features of head 2, then 0, then 1
    permuted = {key: value[rows] for key, value in state.items() if not key.startswith("W_o")}
    permuted |= {"W_o.weight": state["W_o.weight"][:, rows], "W_o.bias": state["W_o.bias"]}
    if not torch.allclose(module(student, permuted)(x), output, rtol=1e-4, atol=1e-4):
        fail(
            Text(
                "Échanger deux têtes, avec leurs colonnes de W_o, change votre sortie : une tête en touche une autre.",
                "Swapping two heads, together with their columns of W_o, changes your output: heads interfere.",
            )
        )

    bare = {**state, "W_o.weight": torch.eye(D_MODEL), "W_o.bias": torch.zeros(D_MODEL)}  # the output is the heads
    moved = dict(bare)
    for name in PROJECTIONS:
        moved[f"{name}.weight"] = bare[f"{name}.weight"].clone()
        moved[f"{name}.weight"][D_HEAD : 2 * D_HEAD] += 0.3  # head 1 only
    change = (module(student, moved)(x) - module(student, bare)(x)).abs().amax(dim=(0, 1)) > 1e-4  # (d_model,)
    if change[:D_HEAD].any() or change[2 * D_HEAD :].any() or not change[D_HEAD : 2 * D_HEAD].all():
        fail(
            Text(
                "Changer les poids d'une tête ne devrait changer que son bloc dans la concaténation, et tout ce bloc.",
                "Changing the weights of a head should change its block of the concatenation only, and all of it.",
            )
        )


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_padding", "test_fresh_causal")
def test_nothing_leaks(student, rng):
    """Test de fuite : un jeton futur, ou du remplissage, ne change rien à ce que voit un jeton.

    Leak test: a future token, or padding, changes nothing of what a token sees."""
    state, x = random_state(rng), random_x(rng)
    model = module(student, state, causal=True)
    before = model(x)
    for t in (1, 3, 5):
        changed = x.clone()
        changed[:, t] += 5.0
        moved = (model(changed) - before).abs().amax(dim=(0, 2)) > 1e-4  # (T,)
        if moved[:t].any():
            fail(
                Text(
                    "Fuite : changer un jeton change la sortie de jetons qui le précèdent, malgré causal=True.",
                    "Leak: changing a token changes the output of tokens before it, in spite of causal=True.",
                )
            )
        if not moved[t:].all():
            fail(
                Text(
                    "Changer un jeton devrait changer sa sortie et celle de tous les suivants.",
                    "Changing a token should change its output and that of all the next ones.",
                )
            )
    mask = torch.tensor([[True] * 6, [True] * 4 + [False] * 2])
    changed = x.clone()
    changed[1, 4:] = 2 * torch.from_numpy(rng.normal(size=(2, D_MODEL))).float()
    for causal in (False, True):
        model = module(student, state, causal=causal)
        if not torch.allclose(model(changed, mask)[1, :4], model(x, mask)[1, :4], atol=1e-4):
            fail(
                Text(
                    "Fuite : le contenu du remplissage change la sortie des vrais jetons.",
                    "Leak: the content of the padding changes the output of real tokens.",
                )
            )


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_self_attention", "test_fresh_padding", "test_fresh_causal")
def test_robustness(student, cases, rng):
    """Un même module sert à toute longueur et redonne la même réponse ; rien n'est modifié sur place.

    The same module serves any length and gives the same answer again; nothing is changed in place."""
    model = module(student, random_state(rng), causal=True)
    long, short = random_x(rng, T=9), random_x(rng, T=2)
    first = model(long)
    model(short)
    if not torch.equal(model(long), first):
        fail(
            Text(
                "Deux appels identiques du même module donnent deux réponses.",
                "Two identical calls of the same module give two answers.",
            )
        )
    x = random_x(rng)
    if not torch.allclose(model(x, torch.ones(2, 6, dtype=torch.bool)), model(x), atol=1e-5):
        fail(
            Text(
                "Un masque qui permet tout devrait ne rien changer.",
                "A mask that allows everything should change nothing.",
            )
        )
    for group in ("plain", "padded", "causal"):
        cases[group].non_contiguous().check_values(student)
    cases.check_inputs_unchanged(student)
