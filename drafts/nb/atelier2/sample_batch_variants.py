TITLE = "2.2 sample_batch: the wrong answers worth a name, and other right ones."

HEADER = '''
from __future__ import annotations

import torch

from attentif.exercises import Equivalent, Misconception, Text
'''

BASE = '''
def {name}(ids, B, T, generator=None):
    if len(ids) <= T:
        raise ValueError(f"{len(ids)} ids hold no window of {T} followed by one more")
    starts = torch.randint(0, len(ids) - T, (B,), generator=generator)
    places = starts.unsqueeze(1) + torch.arange(T)
    return ids[places], ids[places + 1]
'''
edit(BASE, "batch_same_target", ("ids[places + 1]", "ids[places]"))
edit(BASE, "batch_shift_two", ("len(ids) - T, (B,)", "max(1, len(ids) - T - 1), (B,)"), ("ids[places + 1]", "ids[(places + 2).clamp(max=len(ids) - 1)]"))
edit(BASE, "batch_previous", ("return ids[places], ids[places + 1]", "return ids[places + 1], ids[places]"))
edit(BASE, "batch_misses_last", ("len(ids) - T, (B,)", "max(1, len(ids) - T - 1), (B,)"))
edit(BASE, "batch_misses_first", ("torch.randint(0, len(ids) - T, (B,)", "torch.randint(min(1, len(ids) - T - 1), len(ids) - T, (B,)"))
edit(BASE, "batch_wraps_around", ("len(ids) - T, (B,)", "len(ids) - T + (len(ids) - T > 1), (B,)"), ("ids[places + 1]", "torch.roll(ids, -1)[places]"))
edit(BASE, "batch_same_start", ("starts = torch.randint(0, len(ids) - T, (B,), generator=generator)", "starts = torch.randint(0, len(ids) - T, (1,), generator=generator).expand(B)"))
edit(BASE, "batch_aligned", ("(0, len(ids) - T, (B,), generator=generator)", "(0, (len(ids) - 1) // T, (B,), generator=generator) * T"))
edit(BASE, "batch_next_token_only", ("ids[places + 1]", "ids[starts + T]"))
edit(BASE, "batch_transposed", ("return ids[places], ids[places + 1]", "return ids[places].T, ids[places + 1].T"))

code('''
def batch_by_stack(ids, B, T, generator=None):
    if len(ids) <= T:
        raise ValueError("the text is too short")
    starts = torch.randint(len(ids) - T, size=(B,), generator=generator).tolist()
    x = torch.stack([ids[s : s + T] for s in starts])
    y = torch.stack([ids[s + 1 : s + T + 1] for s in starts])
    return x, y
''')
code('''
def batch_by_unfold(ids, B, T, generator=None):
    if len(ids) <= T:
        raise ValueError("the text is too short")
    windows = ids.unfold(0, T + 1, 1)
    drawn = windows[torch.randint(len(windows), (B,), generator=generator)]
    return drawn[:, :-1].clone(), drawn[:, 1:].clone()
''')
code('''
def batch_by_rand(ids, B, T, generator=None):
    room = ids.numel() - T
    if room < 1:
        raise ValueError("the text is too short")
    starts = (torch.rand(B, 1, generator=generator, dtype=torch.float64) * room).floor().long()
    x = torch.empty(B, T, dtype=ids.dtype)
    y = torch.empty(B, T, dtype=ids.dtype)
    for b in range(B):
        for t in range(T):
            x[b, t] = ids[starts[b, 0] + t]
            y[b, t] = ids[starts[b, 0] + t + 1]
    return x, y
''')
code('''
def batch_by_gather(ids, B, T, generator=None):
    if len(ids) < T + 1:
        raise ValueError("the text is too short")
    weights = torch.ones(len(ids) - T, dtype=torch.float64)
    starts = torch.multinomial(weights, B, replacement=True, generator=generator)
    rows = starts[:, None].expand(B, T + 1) + torch.arange(T + 1)
    window = torch.take(ids, rows)
    return torch.narrow(window, 1, 0, T).clone(), torch.narrow(window, 1, 1, T).clone()
''')
for how in ("stack", "unfold", "rand", "gather"):
    eq(f"by_{how}", {"sample_batch": f"batch_by_{how}"})

F = "sample_batch"
mis("same_target", {F: "batch_same_target"},
 ("Vos cibles y sont les entrées x elles-mêmes.", "Your targets y are the inputs x themselves."),
 ("Le modèle apprendrait à recopier ce qu’il lit : une perte presque nulle, et rien de prédit.", "The model would learn to copy what it reads: a loss of almost zero, and nothing predicted."),
 ("Quel jeton le modèle doit-il deviner à la position t ?", "Which token must the model guess at position t?"),
 ("Celui qui suit : y est x décalé d’un jeton.", "The one that follows: y is x moved by one token."),
 ("`ids[places + 1]` pour y.", "`ids[places + 1]` for y."))
mis("shift_of_two", {F: "batch_shift_two"},
 ("Vos cibles sont à deux jetons des entrées : y saute le jeton suivant.", "Your targets are two tokens away from the inputs: y skips the next token."),
 ("Le modèle apprendrait à prédire le mot d’après le suivant, et ne saurait pas écrire une phrase.", "The model would learn to predict the word after the next, and could not write a sentence."),
 ("Comparez x[0, 1] et y[0, 0].", "Compare x[0, 1] and y[0, 0]."),
 ("Ils doivent être égaux.", "They must be equal."),
 ("Décalez de 1 une seule fois : `ids[places + 1]`.", "Move by 1 once only: `ids[places + 1]`."))
mis("previous_token", {F: "batch_previous"},
 ("Vos cibles sont les jetons précédents : x et y sont échangés.", "Your targets are the previous tokens: x and y are exchanged."),
 ("Le modèle verrait déjà la réponse, puisque la cible de t est l’entrée de t − 1.", "The model would see the answer already, since the target of t is the input of t − 1."),
 ("Lequel des deux commence le plus tôt dans le texte ?", "Which of the two starts earlier in the text?"),
 ("x commence au départ tiré, y un jeton plus loin.", "x starts at the place drawn, y one token further."),
 ("`return ids[places], ids[places + 1]`.", "`return ids[places], ids[places + 1]`."))
mis("misses_the_last_start", {F: "batch_misses_last"},
 ("La dernière fenêtre possible n’est jamais tirée.", "The last possible window is never drawn."),
 ("Le dernier jeton du texte ne sert jamais de cible ; `randint` exclut déjà sa borne haute, vous l’avez retirée deux fois.", "The last token of the text is never a target; `randint` leaves out its upper bound already, you took it away twice."),
 ("Combien de départs y a-t-il si N = T + 1 ?", "How many starts are there if N = T + 1?"),
 ("Un seul, 0. Les départs vont de 0 à N − T − 1 compris, il y en a N − T.", "One, 0. Starts go from 0 to N − T − 1 included: there are N − T."),
 ("`torch.randint(0, len(ids) - T, (B,), generator=generator)`.", "`torch.randint(0, len(ids) - T, (B,), generator=generator)`."))
mis("misses_the_first_start", {F: "batch_misses_first"},
 ("La première fenêtre du texte n’est jamais tirée.", "The first window of the text is never drawn."),
 ("Les départs doivent être uniformes sur tous ceux qui sont possibles, 0 compris.", "Starts must be uniform on all that are possible, 0 included."),
 ("Quel est le plus petit départ possible ?", "What is the smallest possible start?"),
 ("0 : une fenêtre peut commencer au premier jeton.", "0: a window may start at the first token."),
 ("Borne basse 0 : `torch.randint(0, len(ids) - T, (B,), …)`.", "Lower bound 0: `torch.randint(0, len(ids) - T, (B,), …)`."))
mis("wraps_around", {F: "batch_wraps_around"},
 ("Votre texte tourne en rond : la cible du dernier jeton est le premier du texte.", "Your text goes round in circles: the target of the last token is the first of the text."),
 ("`torch.roll` ramène au bout ce qui sort du début : le modèle apprendrait un enchaînement qui n’existe pas.", "`torch.roll` brings back at the end what leaves at the start: the model would learn a sequence that does not exist."),
 ("Que vaut la cible du dernier jeton du texte ?", "What is the target of the last token of the text?"),
 ("Il n’en a pas : la dernière fenêtre finit un jeton plus tôt.", "It has none: the last window ends one token earlier."),
 ("Départs de 0 à N − T − 1, et `ids[places + 1]` sans `roll`.", "Starts from 0 to N − T − 1, and `ids[places + 1]` without `roll`."))
mis("same_start_for_all", {F: "batch_same_start"},
 ("Toutes les lignes du lot commencent au même endroit.", "All rows of the batch start at the same place."),
 ("Un lot de B fenêtres identiques n’apprend pas plus qu’une seule, et coûte B fois plus.", "A batch of B identical windows teaches no more than one, and costs B times as much."),
 ("Combien de départs tirez-vous ?", "How many starts do you draw?"),
 ("Il en faut un par ligne, indépendants.", "There must be one for each row, independent."),
 ("`torch.randint(…, (B,), …)` et non `(1,)`.", "`torch.randint(…, (B,), …)`, not `(1,)`."))
mis("aligned_windows", {F: "batch_aligned"},
 ("Vos fenêtres ne commencent qu’aux multiples de T.", "Your windows start at multiples of T only."),
 ("Presque tous les départs possibles sont perdus : le modèle verrait toujours les mêmes coupes.", "Almost all possible starts are lost: the model would always see the same cuts."),
 ("Quels départs votre fonction ne tire-t-elle jamais ?", "Which starts does your function never draw?"),
 ("Deux fenêtres peuvent se recouvrir.", "Two windows may overlap."),
 ("Tirez le départ lui-même entre 0 et N − T − 1, sans le multiplier par T.", "Draw the start itself from 0 to N − T − 1, without multiplying by T."))
mis("one_target_per_window", {F: "batch_next_token_only"},
 ("Vous donnez une seule cible par fenêtre, le jeton qui la suit.", "You give one target for each window, the token that follows it."),
 ("Un Transformer prédit à toutes les positions à la fois : T exemples par fenêtre, et non un seul.", "A Transformer predicts at all positions at once: T examples for each window, not one."),
 ("Quelle est la forme de y ?", "What is the shape of y?"),
 ("(B, T), comme x : y[b, t] suit x[b, t].", "(B, T), as x: y[b, t] follows x[b, t]."),
 ("`ids[places + 1]`, où `places` est de forme (B, T).", "`ids[places + 1]`, where `places` has the shape (B, T)."))
mis("transposed_batch", {F: "batch_transposed"},
 ("Vos fenêtres sont en colonnes : (T, B) au lieu de (B, T).", "Your windows are columns: (T, B) instead of (B, T)."),
 ("Le modèle lirait des phrases faites d’un jeton de chaque fenêtre.", "The model would read sentences made of one token of each window."),
 ("Quel axe est le lot, quel axe est le temps ?", "Which axis is the batch, which is time?"),
 ("Une fenêtre par ligne : le lot d’abord.", "One window for each row: the batch first."),
 ("`starts.unsqueeze(1) + torch.arange(T)`, sans `.T`.", "`starts.unsqueeze(1) + torch.arange(T)`, without `.T`."))
