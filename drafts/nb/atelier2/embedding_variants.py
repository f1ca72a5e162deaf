TITLE = "2.4 Embedding: the wrong answers worth a name, and other right ones."

HEADER = '''
from __future__ import annotations

import math

import numpy as np
import torch
import torch.nn.functional as F

from attentif.exercises import Equivalent, Misconception, Text
'''

LOOKUP = '''
def {name}(ids, E):
    if ids.min() < 0 or ids.max() >= len(E):
        raise IndexError("an id is out of the vocabulary")
    return E[ids]
'''
BACKWARD = '''
def {name}(ids, dY, V, padding_idx=None):
    d = dY.size(-1)
    dE = torch.zeros(V, d, dtype=dY.dtype)
    dE.index_add_(0, ids.reshape(-1), dY.reshape(-1, d))
    if padding_idx is not None:
        dE[padding_idx] = 0
    return dE
'''
ADD = "    dE.index_add_(0, ids.reshape(-1), dY.reshape(-1, d))\n"
edit(LOOKUP, "embed_scaled", ("return E[ids]", "return E[ids] * math.sqrt(E.size(-1))"))
edit(LOOKUP, "embed_off_by_one", ("return E[ids]", "return E[(ids + 1) % len(E)]"))
edit(LOOKUP, "embed_time_first", ("return E[ids]", "return E[ids.T]"))
edit(LOOKUP, "embed_flat", ("return E[ids]", "return E[ids.reshape(-1)]"))
edit(LOOKUP, "embed_features_first", ("return E[ids]", "return E[ids].transpose(-1, -2)"))
edit(BACKWARD, "backward_last_wins", (ADD, "    dE[ids.reshape(-1)] += dY.reshape(-1, d)\n"))
edit(BACKWARD, "backward_mean", ("    if padding_idx", "    dE = dE / torch.bincount(ids.reshape(-1), minlength=V).clamp(min=1).unsqueeze(1)\n    if padding_idx"))
edit(BACKWARD, "backward_mean_of_all", ("    if padding_idx", "    dE = dE / ids.numel()\n    if padding_idx"))
edit(BACKWARD, "backward_padding_updated", ("    if padding_idx is not None:\n        dE[padding_idx] = 0\n", ""))
edit(BACKWARD, "backward_padding_is_zero", ("dE[padding_idx] = 0", "dE[0] = 0"))
edit(BACKWARD, "backward_first_sentence", ("ids.reshape(-1), dY.reshape(-1, d)", "ids[0], dY[0]"))
edit(BACKWARD, "backward_counts", ("dY.reshape(-1, d))", "torch.ones_like(dY).reshape(-1, d))"))
edit(BACKWARD, "backward_spread", ("return dE", "return dE[ids]"))

code('''
def embed_by_one_hot(ids, E):
    return F.one_hot(ids, len(E)).to(E.dtype) @ E if 0 <= int(ids.min()) <= int(ids.max()) < len(E) else E[len(E)]
''')
code('''
def backward_by_one_hot(ids, dY, V, padding_idx=None):
    one_hot = F.one_hot(ids, V).to(dY.dtype)
    dE = torch.einsum("btv,btd->vd", one_hot, dY)
    keep = torch.ones(V, 1, dtype=dY.dtype)
    if padding_idx is not None:
        keep[padding_idx] = 0
    return dE * keep
''')
code('''
def embed_by_loop(ids, E):
    rows = []
    for sentence in ids.tolist():
        for i in sentence:
            if not 0 <= i < E.shape[0]:
                raise IndexError(i)
        rows.append(torch.stack([E[i] for i in sentence]))
    return torch.stack(rows)
''')
code('''
def backward_by_loop(ids, dY, V, padding_idx=None):
    dE = [torch.zeros(dY.shape[2], dtype=dY.dtype) for _ in range(V)]
    for sentence, slopes in zip(ids.tolist(), dY, strict=True):
        for i, slope in zip(sentence, slopes, strict=True):
            if i != padding_idx:
                dE[i] = dE[i] + slope
    return torch.stack(dE)
''')
code('''
def embed_by_index_select(ids, E):
    return torch.index_select(E, 0, ids.flatten()).view(*ids.shape, -1)
''')
code('''
def backward_by_numpy(ids, dY, V, padding_idx=None):
    dE = np.zeros((V, dY.shape[-1]), dtype=dY.numpy().dtype)
    np.add.at(dE, ids.numpy(), dY.numpy())
    if padding_idx is not None:
        dE[padding_idx] = 0
    return torch.from_numpy(dE)
''')
code('''
def backward_by_autograd(ids, dY, V, padding_idx=None):
    E = torch.zeros(V, dY.size(-1), dtype=dY.dtype, requires_grad=True)
    (dE,) = torch.autograd.grad(F.embedding(ids, E, padding_idx), E, dY)
    return dE
''')
code('''
def embed_by_library(ids, E):
    return F.embedding(ids, E)
''')
A, B = "embed", "embed_backward"
eq("one_hot", {A: "embed_by_one_hot", B: "backward_by_one_hot"})
eq("loops", {A: "embed_by_loop", B: "backward_by_loop"})
eq("index_select_and_numpy", {A: "embed_by_index_select", B: "backward_by_numpy"})
eq("library_and_autograd", {A: "embed_by_library", B: "backward_by_autograd"})

PLAIN = "`E[ids]` suffit."; PLAIN_EN = "`E[ids]` is enough."
mis("scaled_by_root_d", {A: "embed_scaled"},
 ("Vous multipliez les vecteurs par √d ; l’énoncé ne le demande pas.", "You multiply the vectors by √d; the statement does not ask for it."),
 ("C’est une convention du Transformer de 2017 ; ici l’échelle est celle de E, et le gradient doit aller avec.", "It is a convention of the 2017 Transformer; here the scale is that of E, and the gradient must go with it."),
 ("Comparez une ligne de votre sortie à la ligne de E.", "Compare a row of your output with the row of E."),
 ("Ce doit être la même.", "It must be the same."),
 (PLAIN, PLAIN_EN))
mis("off_by_one", {A: "embed_off_by_one"},
 ("Vous lisez la ligne suivante : les identifiants commencent à 0, et non à 1.", "You read the next row: ids start at 0, not at 1."),
 ("Chaque mot recevrait le vecteur d’un autre.", "Each word would get another one’s vector."),
 ("Quelle ligne de E lit-on pour l’identifiant 0 ?", "Which row of E is read for the id 0?"),
 ("La première, d’indice 0.", "The first, of index 0."),
 (PLAIN, PLAIN_EN))
mis("time_first", {A: "embed_time_first"},
 ("Vos axes sont (T, B, d) au lieu de (B, T, d).", "Your axes are (T, B, d) instead of (B, T, d)."),
 ("L’attention mélangerait des phrases différentes au lieu des mots d’une même phrase.", "Attention would mix different sentences instead of the words of one."),
 ("Quelle est la forme de votre sortie ?", "What is the shape of your output?"),
 ("`ids` garde ses axes, et d vient après.", "`ids` keeps its axes, and d comes after."),
 ("`E[ids]`, sans transposer `ids`.", "`E[ids]`, without transposing `ids`."))
mis("flattened", {A: "embed_flat"},
 ("Votre sortie a perdu l’axe des phrases : (B·T, d) au lieu de (B, T, d).", "Your output lost the axis of sentences: (B·T, d) instead of (B, T, d)."),
 ("On ne sait plus où une phrase finit.", "One no longer knows where a sentence ends."),
 ("Combien d’axes votre sortie a-t-elle ?", "How many axes has your output?"),
 ("Indexer E par un tableau (B, T) donne (B, T, d).", "Indexing E by an array (B, T) gives (B, T, d)."),
 ("`E[ids]`, sans `reshape(-1)`.", "`E[ids]`, without `reshape(-1)`."))
mis("features_before_time", {A: "embed_features_first"},
 ("Vos axes sont (B, d, T) au lieu de (B, T, d).", "Your axes are (B, d, T) instead of (B, T, d)."),
 ("Chaque position doit tenir son vecteur sur le dernier axe.", "Each position must hold its vector on the last axis."),
 ("Quel est le dernier axe demandé ?", "Which is the last axis asked for?"),
 ("d, la dimension du vecteur.", "d, the dimension of the vector."),
 ("`E[ids]`, sans `transpose`.", "`E[ids]`, without `transpose`."))
mis("last_occurrence_wins", {B: "backward_last_wins"},
 ("Pour un jeton qui revient, seule sa dernière apparition compte : les gradients s’écrasent au lieu de s’ajouter.", "For a token that comes back only its last occurrence counts: gradients overwrite one another instead of adding up."),
 ("Les mots fréquents apprendraient à peine. `dE[ids] += …` avec des indices répétés n’ajoute qu’une fois.", "Frequent words would hardly learn. `dE[ids] += …` with repeated indices adds only once."),
 ("Que donne votre fonction si la phrase est deux fois le même jeton ?", "What does your function give if the sentence is twice the same token?"),
 ("Il faut la somme des deux gradients.", "It must be the sum of the two gradients."),
 ("`dE.index_add_(0, ids.reshape(-1), dY.reshape(-1, d))`.", "`dE.index_add_(0, ids.reshape(-1), dY.reshape(-1, d))`."))
mis("mean_of_occurrences", {B: "backward_mean"},
 ("Vous faites la moyenne des gradients d’un jeton qui revient ; il faut leur somme.", "You average the gradients of a token that comes back; it takes their sum."),
 ("La perte dépend de la ligne par chacune de ses apparitions : les contributions s’ajoutent.", "The loss depends on the row through each of its occurrences: the contributions add up."),
 ("Que dit la règle de la chaîne quand une variable sert deux fois ?", "What does the chain rule say when a variable is used twice?"),
 ("Les dérivées s’ajoutent, sans division.", "Derivatives add up, without division."),
 ("Retirez la division par le nombre d’apparitions.", "Remove the division by the number of occurrences."))
mis("divided_by_all_tokens", {B: "backward_mean_of_all"},
 ("Vous divisez par le nombre de jetons du lot.", "You divide by the number of tokens of the batch."),
 ("La moyenne appartient à la perte, et se trouve déjà dans dY.", "The mean belongs to the loss, and is in dY already."),
 ("La formule contient-elle une division ?", "Does the formula hold a division?"),
 ("Non : dE_v est une somme de lignes de dY.", "No: dE_v is a sum of rows of dY."),
 ("Retirez la division.", "Remove the division."))
mis("padding_updated", {B: "backward_padding_updated"},
 ("La ligne de `padding_idx` reçoit un gradient ; elle doit rester nulle.", "The row of `padding_idx` gets a gradient; it must stay zero."),
 ("Le vecteur de remplissage se mettrait à porter du sens, alors qu’il ne représente rien.", "The padding vector would begin to carry meaning, though it stands for nothing."),
 ("Que vaut dE[padding_idx] ?", "What is dE[padding_idx]?"),
 ("Zéro, quel que soit dY.", "Zero, whatever dY."),
 ("`if padding_idx is not None: dE[padding_idx] = 0`.", "`if padding_idx is not None: dE[padding_idx] = 0`."))
mis("padding_taken_for_zero", {B: "backward_padding_is_zero"},
 ("Vous annulez toujours la ligne 0, et non celle de `padding_idx`.", "You always zero row 0, not the row `padding_idx`."),
 ("Le jeton 0 est un jeton comme un autre si le remplissage en est un autre.", "Token 0 is a token like any other if another one is the padding."),
 ("À quoi sert l’argument `padding_idx` ?", "What is the argument `padding_idx` for?"),
 ("C’est le numéro de la ligne qui reste nulle.", "It is the number of the row that stays zero."),
 ("`dE[padding_idx] = 0`.", "`dE[padding_idx] = 0`."))
mis("first_sentence_only", {B: "backward_first_sentence"},
 ("Seule la première phrase du lot donne un gradient.", "Only the first sentence of the batch gives a gradient."),
 ("Les autres phrases n’apprendraient rien.", "The other sentences would teach nothing."),
 ("Sur quels axes porte la somme ?", "Over which axes does the sum run?"),
 ("Sur le lot et sur les positions.", "Over the batch and the positions."),
 ("`ids.reshape(-1)` et `dY.reshape(-1, d)` : tout le lot.", "`ids.reshape(-1)` and `dY.reshape(-1, d)`: the whole batch."))
mis("occurrences_counted", {B: "backward_counts"},
 ("Vous comptez les apparitions de chaque jeton au lieu d’ajouter les lignes de dY.", "You count the occurrences of each token instead of adding the rows of dY."),
 ("Le gradient ne dirait rien de l’erreur commise.", "The gradient would say nothing of the error made."),
 ("dY sert-il dans votre calcul ?", "Is dY used in your computation?"),
 ("On ajoute dY[b, t] à la ligne ids[b, t].", "dY[b, t] is added to row ids[b, t]."),
 ("`dE.index_add_(0, ids.reshape(-1), dY.reshape(-1, d))`.", "`dE.index_add_(0, ids.reshape(-1), dY.reshape(-1, d))`."))
mis("one_row_per_position", {B: "backward_spread"},
 ("Vous renvoyez une ligne par position, de forme (B, T, d), et non la table (V, d).", "You return one row for each position, of shape (B, T, d), not the table (V, d)."),
 ("Le gradient a toujours la forme de ce dont il est le gradient, ici E.", "A gradient always has the shape of what it is the gradient of, here E."),
 ("Quelle est la forme de E ?", "What is the shape of E?"),
 ("(V, d) : dE aussi.", "(V, d): so is dE."),
 ("`return dE`, sans indexer par `ids`.", "`return dE`, without indexing by `ids`."))
