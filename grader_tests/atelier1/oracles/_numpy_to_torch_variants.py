"""1.16 numpy_to_torch: the mistakes worth a name, and other ways of being right."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn

from attentif.exercises import Equivalent, Misconception, Text


def mlp_torch_graph_cut(X, y, W1, b1, W2, b2):
    W1, b1, W2, b2 = (p.detach().clone().requires_grad_() for p in (W1, b1, W2, b2))
    hidden = torch.tanh(X @ W1 + b1).data  # (B, h), out of the graph
    loss = F.cross_entropy(hidden @ W2 + b2, y)
    loss.backward()
    return loss.detach(), (W1.grad, b1.grad, W2.grad, b2.grad)


def mlp_torch_accumulated(X, y, W1, b1, W2, b2):
    W1, b1, W2, b2 = (p.detach().clone().requires_grad_() for p in (W1, b1, W2, b2))
    for _ in range(2):  # once to try, once to answer: gradients are never set to zero in between
        hidden = torch.tanh(X @ W1 + b1)  # (B, h)
        loss = F.cross_entropy(hidden @ W2 + b2, y)
        loss.backward()
    return loss.detach(), (W1.grad, b1.grad, W2.grad, b2.grad)


def mlp_torch_summed_loss(X, y, W1, b1, W2, b2):
    W1, b1, W2, b2 = (p.detach().clone().requires_grad_() for p in (W1, b1, W2, b2))
    hidden = torch.tanh(X @ W1 + b1)  # (B, h)
    loss = F.cross_entropy(hidden @ W2 + b2, y, reduction="sum")
    loss.backward()
    return loss.detach(), (W1.grad, b1.grad, W2.grad, b2.grad)


def mlp_torch_double_softmax(X, y, W1, b1, W2, b2):
    W1, b1, W2, b2 = (p.detach().clone().requires_grad_() for p in (W1, b1, W2, b2))
    hidden = torch.tanh(X @ W1 + b1)  # (B, h)
    loss = F.cross_entropy(torch.softmax(hidden @ W2 + b2, dim=-1), y)
    loss.backward()
    return loss.detach(), (W1.grad, b1.grad, W2.grad, b2.grad)


def contract_pairs_inner_axes(A, B):
    return torch.einsum("bij,bjk->bik", A, B)


def contract_pairs_reshaped(A, B):
    return A @ B.reshape(B.shape[0], B.shape[2], B.shape[1])


def contract_pairs_dot_t(A, B):
    return A @ B.permute(2, 1, 0)  # what B.T means on three axes


def contract_rows_reshaped(A, B):
    return (A.reshape(A.shape[0], A.shape[2], A.shape[1]) @ B.unsqueeze(-1)).squeeze(-1)


def contract_rows_inner_axis(A, B):
    return torch.einsum("bij,bj->bi", A, B)


def contract_rows_letter_not_shared(A, B):
    return torch.einsum("bij,bk->bj", A, B)


def contract_all_whole_batch(A, B):
    return (A * B).sum()


def contract_all_letters_not_shared(A, B):
    return torch.einsum("bij,bkl->b", A, B)


def mlp_torch_by_autograd_grad(X, y, W1, b1, W2, b2):
    parameters = [p.detach().requires_grad_() for p in (W1, b1, W2, b2)]
    z = torch.tanh(torch.addmm(parameters[1], X, parameters[0])) @ parameters[2] + parameters[3]  # (B, C)
    loss = -torch.log_softmax(z, dim=1).gather(1, y[:, None]).mean()
    return loss, torch.autograd.grad(loss, parameters)


def mlp_torch_by_modules(X, y, W1, b1, W2, b2):
    model = nn.Sequential(nn.Linear(*W1.shape), nn.Tanh(), nn.Linear(*W2.shape)).to(W1.dtype)
    with torch.no_grad():
        for p, value in zip(model.parameters(), (W1.T, b1, W2.T, b2), strict=True):
            p.copy_(value)
    loss = nn.CrossEntropyLoss()(model(X), y)
    loss.backward()
    dW1, db1, dW2, db2 = (p.grad for p in model.parameters())
    return [loss.item(), [dW1.T, db1, dW2.T, db2]]


def contract_pairs_by_matmul(A, B):
    return A @ B.transpose(1, 2)


def contract_pairs_by_broadcast(A, B):
    return (A[:, :, None, :] * B[:, None, :, :]).sum(dim=-1)


def contract_rows_by_matmul(A, B):
    return (B.unsqueeze(1) @ A).squeeze(1)


def contract_rows_by_broadcast(A, B):
    return (A * B[..., None]).sum(dim=1)


def contract_all_by_sum(A, B):
    return (A * B).sum(dim=(1, 2))


def contract_all_by_flattening(A, B):
    return torch.linalg.vecdot(A.flatten(1), B.flatten(1))


MISCONCEPTIONS = (
    Misconception(
        name="graph_cut",
        defines={"mlp_torch": mlp_torch_graph_cut},
        finding=Text(
            "La perte, dW2 et db2 sont justes ; W1 et b1 n'ont pas de gradient (None) : le graphe est coupé à la "
            "couche cachée.",
            "The loss, dW2 and db2 are right; W1 and b1 have no gradient (None): the graph is cut at the hidden layer.",
        ),
        consequence=Text(
            "Seule la dernière couche apprend, la première reste à ses valeurs de départ, et la perte baisse quand "
            "même : rien d'autre ne vous préviendrait.",
            "Only the last layer learns, the first stays at its initial values, and the loss goes down all the same: "
            "nothing else would warn you.",
        ),
        hints=(
            Text(
                "Affichez hidden.requires_grad : l'autograd suit-il encore ce tenseur ?",
                "Print hidden.requires_grad: does autograd still follow this tensor?",
            ),
            Text(
                "`.data`, `.detach()`, `.numpy()` et `torch.tensor(…)` rendent un tenseur sans passé.",
                "`.data`, `.detach()`, `.numpy()` and `torch.tensor(…)` return a tensor without a past.",
            ),
            Text(
                "hidden = torch.tanh(X @ W1 + b1), sans rien derrière, et sans np.tanh.",
                "hidden = torch.tanh(X @ W1 + b1), with nothing after it, and no np.tanh.",
            ),
        ),
    ),
    Misconception(
        name="accumulated",
        defines={"mlp_torch": mlp_torch_accumulated},
        finding=Text(
            "La perte est juste ; vos gradients valent exactement le double : deux appels à backward s'y sont ajoutés.",
            "The loss is right; your gradients are exactly doubled: two calls of backward were added up in them.",
        ),
        consequence=Text(
            "`.grad` s'accumule d'un appel à l'autre. Dans une boucle d'apprentissage, chaque pas suivrait la somme de "
            "tous les gradients passés.",
            "`.grad` accumulates from one call to the next. In a training loop each step would follow the sum of all "
            "past gradients.",
        ),
        hints=(
            Text(
                "Combien de fois backward est-il appelé sur ces mêmes paramètres ?",
                "How many times is backward called on these same parameters?",
            ),
            Text(
                "backward ajoute à .grad, il ne le remplace pas.",
                "backward adds to .grad, it does not replace it.",
            ),
            Text(
                "Un seul loss.backward(), ou bien p.grad = None (optimizer.zero_grad()) avant le second.",
                "A single loss.backward(), or p.grad = None (optimizer.zero_grad()) before the second.",
            ),
        ),
    ),
    Misconception(
        name="summed_loss",
        defines={"mlp_torch": mlp_torch_summed_loss},
        finding=Text(
            "Votre perte et vos gradients valent exactement B fois ceux attendus : vous sommez les pertes du lot.",
            "Your loss and gradients are exactly B times the expected ones: you sum the losses of the batch.",
        ),
        consequence=Text(
            "Le pas effectif dépend de la taille du lot : doubler B double le pas.",
            "The effective step depends on the batch size: doubling B doubles the step.",
        ),
        hints=(
            Text(
                "Dupliquez le lot : la perte doit-elle changer ?",
                "Duplicate the batch: must the loss change?",
            ),
            Text("L'énoncé demande la moyenne sur le lot.", "The statement asks for the mean over the batch."),
            Text(
                "F.cross_entropy(logits, y), dont la réduction est la moyenne par défaut.",
                "F.cross_entropy(logits, y), whose reduction is the mean by default.",
            ),
        ),
    ),
    Misconception(
        name="double_softmax",
        defines={"mlp_torch": mlp_torch_double_softmax},
        finding=Text(
            "Vous donnez à F.cross_entropy des probabilités : le softmax est appliqué deux fois.",
            "You give probabilities to F.cross_entropy: softmax is applied twice.",
        ),
        consequence=Text(
            "La perte ne peut plus descendre vers 0 (le second softmax ne voit que des nombres entre 0 et 1), et les "
            "gradients sont presque éteints : le réseau apprend, mais lentement et mal.",
            "The loss can no longer go down to 0 (the second softmax sees numbers between 0 and 1 only), and gradients "
            "are almost quenched: the network learns, but slowly and badly.",
        ),
        hints=(
            Text(
                "Lisez la documentation de F.cross_entropy : qu'attend-elle en entrée ?",
                "Read the documentation of F.cross_entropy: what does it expect as input?",
            ),
            Text(
                "Elle applique elle-même log_softmax aux scores bruts, les logits.",
                "It applies log_softmax itself to the raw scores, the logits.",
            ),
            Text("loss = F.cross_entropy(hidden @ W2 + b2, y).", "loss = F.cross_entropy(hidden @ W2 + b2, y)."),
        ),
    ),
    Misconception(
        name="inner_axes",
        defines={"contract_pairs": contract_pairs_inner_axes},
        finding=Text(
            "Vous calculez exactement 'bij,bjk->bik', le produit A·B : B n'est pas transposée.",
            "You compute exactly 'bij,bjk->bik', the product A·B: B is not transposed.",
        ),
        consequence=Text(
            "Les lignes de A rencontrent les colonnes de B au lieu de ses lignes. Si les matrices sont carrées, aucune "
            "erreur ne le signale : c'est QK au lieu de QKᵀ.",
            "Rows of A meet columns of B instead of its rows. With square matrices no error tells: it is QK instead of "
            "QKᵀ.",
        ),
        hints=(
            Text(
                "Sur quel axe de B porte la somme dans 'bij,bkj->bik' ?",
                "Over which axis of B does the sum run in 'bij,bkj->bik'?",
            ),
            Text(
                "j est le dernier axe de A *et* de B : on compare des lignes entre elles.",
                "j is the last axis of A *and* of B: rows are compared with rows.",
            ),
            Text(
                "A @ B.transpose(1, 2), ou torch.einsum('bij,bkj->bik', A, B).",
                "A @ B.transpose(1, 2), or torch.einsum('bij,bkj->bik', A, B).",
            ),
        ),
    ),
    Misconception(
        name="reshaped_instead_of_transposed",
        defines={"contract_pairs": contract_pairs_reshaped},
        finding=Text(
            "Vous remplacez la transposition de B par un reshape (ou view) : la forme est bonne, les valeurs sont "
            "mélangées.",
            "You replace the transpose of B with a reshape (or view): the shape is right, the values are shuffled.",
        ),
        consequence=Text(
            "reshape relit les nombres dans l'ordre de la mémoire et les recoupe autrement ; il ne les déplace pas. "
            "Des morceaux de lignes différentes se retrouvent côte à côte, sans aucune erreur.",
            "reshape reads numbers in memory order and cuts them differently; it does not move them. Pieces of "
            "different rows end up side by side, without any error.",
        ),
        hints=(
            Text(
                "Comparez M.reshape(3, 2) et M.T pour M = [[1, 2, 3], [4, 5, 6]].",
                "Compare M.reshape(3, 2) and M.T for M = [[1, 2, 3], [4, 5, 6]].",
            ),
            Text(
                "transpose échange les pas (strides) de deux axes ; reshape ne garde que l'ordre des nombres.",
                "transpose swaps the strides of two axes; reshape keeps only the order of the numbers.",
            ),
            Text("A @ B.transpose(1, 2).", "A @ B.transpose(1, 2)."),
        ),
    ),
    Misconception(
        name="dot_t_on_three_axes",
        defines={"contract_pairs": contract_pairs_dot_t},
        finding=Text(
            "Vous utilisez B.T sur un tenseur à trois axes : il renverse tous les axes, celui du lot compris.",
            "You use B.T on a tensor of three axes: it reverses all axes, the batch included.",
        ),
        consequence=Text(
            "B.T est de forme (j, k, b) : les exemples du lot se mélangent, ou les formes ne vont plus ensemble. "
            "PyTorch a d'ailleurs rendu cet usage obsolète.",
            "B.T has shape (j, k, b): the samples of the batch get mixed, or shapes no longer fit. PyTorch has "
            "deprecated this use.",
        ),
        hints=(
            Text("Affichez B.T.shape.", "Print B.T.shape."),
            Text(
                "Il faut échanger les deux derniers axes seulement, et laisser celui du lot en place.",
                "Only the last two axes must be swapped, the batch axis staying in place.",
            ),
            Text("B.transpose(1, 2), ou B.mT.", "B.transpose(1, 2), or B.mT."),
        ),
    ),
    Misconception(
        name="rows_reshaped_instead_of_transposed",
        defines={"contract_rows": contract_rows_reshaped},
        finding=Text(
            "Vous remplacez la transposition de A par un reshape (ou view) : la forme est bonne, les valeurs sont "
            "mélangées.",
            "You replace the transpose of A with a reshape (or view): the shape is right, the values are shuffled.",
        ),
        consequence=Text(
            "reshape relit les nombres dans l'ordre de la mémoire : les poids B ne s'appliquent plus à des lignes "
            "entières de A.",
            "reshape reads numbers in memory order: the weights B no longer apply to whole rows of A.",
        ),
        hints=(
            Text(
                "Comparez M.reshape(3, 2) et M.T pour M = [[1, 2, 3], [4, 5, 6]].",
                "Compare M.reshape(3, 2) and M.T for M = [[1, 2, 3], [4, 5, 6]].",
            ),
            Text(
                "On cherche Σ_i B[i]·A[i, :] : une somme sur les lignes, sans rien réarranger.",
                "Σ_i B[i]·A[i, :] is wanted: a sum over rows, without rearranging anything.",
            ),
            Text(
                "(A * B[..., None]).sum(dim=1), ou torch.einsum('bij,bi->bj', A, B).",
                "(A * B[..., None]).sum(dim=1), or torch.einsum('bij,bi->bj', A, B).",
            ),
        ),
    ),
    Misconception(
        name="rows_inner_axis",
        defines={"contract_rows": contract_rows_inner_axis},
        finding=Text(
            "Vous calculez exactement 'bij,bj->bi', le produit A·B : la somme porte sur j au lieu de i.",
            "You compute exactly 'bij,bj->bi', the product A·B: the sum runs over j instead of i.",
        ),
        consequence=Text(
            "Au lieu d'une moyenne pondérée des lignes (la sortie d'une tête d'attention), vous obtenez un score par "
            "ligne. Seules des matrices carrées le laissent passer.",
            "Instead of a weighted sum of rows (the output of an attention head) you get one score per row. Only "
            "square matrices let it pass.",
        ),
        hints=(
            Text(
                "Quel axe doit disparaître dans 'bij,bi->bj' ?",
                "Which axis must vanish in 'bij,bi->bj'?",
            ),
            Text(
                "B donne un poids à chaque ligne i : c'est Aᵀ·B, non A·B.",
                "B gives a weight to each row i: it is Aᵀ·B, not A·B.",
            ),
            Text(
                "torch.einsum('bij,bi->bj', A, B), ou (A * B[..., None]).sum(dim=1).",
                "torch.einsum('bij,bi->bj', A, B), or (A * B[..., None]).sum(dim=1).",
            ),
        ),
    ),
    Misconception(
        name="rows_letter_not_shared",
        defines={"contract_rows": contract_rows_letter_not_shared},
        finding=Text(
            "Vous calculez exactement 'bij,bk->bj' : l'axe de B porte une autre lettre que celui de A.",
            "You compute exactly 'bij,bk->bj': the axis of B has another letter than that of A.",
        ),
        consequence=Text(
            "Deux lettres différentes sont sommées séparément : vous multipliez la somme des lignes par la somme des "
            "poids, et chaque poids perd sa ligne.",
            "Two different letters are summed separately: you multiply the sum of rows by the sum of weights, and each "
            "weight loses its row.",
        ),
        hints=(
            Text(
                "Permutez les poids B : votre résultat change-t-il ?",
                "Permute the weights B: does your result change?",
            ),
            Text(
                "Dans einsum, c'est la lettre partagée qui apparie les indices.",
                "In einsum the shared letter is what pairs the indices.",
            ),
            Text("torch.einsum('bij,bi->bj', A, B).", "torch.einsum('bij,bi->bj', A, B)."),
        ),
    ),
    Misconception(
        name="whole_batch",
        defines={"contract_all": contract_all_whole_batch},
        finding=Text(
            "Vous sommez aussi sur le lot : il ne reste qu'un nombre, au lieu d'un par exemple.",
            "You sum over the batch too: one number is left instead of one per sample.",
        ),
        consequence=Text(
            "Les exemples sont confondus : on ne peut plus savoir lequel contribue, ni pondérer l'un ou l'autre.",
            "The samples are merged: one can no longer tell which contributes, nor weight one against another.",
        ),
        hints=(
            Text("Quelle lettre reste après la flèche dans 'bij,bij->b' ?", "Which letter stays after the arrow?"),
            Text(
                "Indiquez les axes à sommer : ceux de i et de j.",
                "Say which axes are to be summed: those of i and j.",
            ),
            Text("(A * B).sum(dim=(1, 2)).", "(A * B).sum(dim=(1, 2))."),
        ),
    ),
    Misconception(
        name="all_letters_not_shared",
        defines={"contract_all": contract_all_letters_not_shared},
        finding=Text(
            "Vous calculez exactement 'bij,bkl->b', le produit des deux sommes, au lieu de la somme des produits.",
            "You compute exactly 'bij,bkl->b', the product of the two sums, instead of the sum of products.",
        ),
        consequence=Text(
            "Chaque coefficient de A rencontre tous ceux de B : ce n'est plus un produit scalaire, et ⟨A, A⟩ n'est "
            "plus ‖A‖².",
            "Each entry of A meets all those of B: it is no dot product any more, and ⟨A, A⟩ is no longer ‖A‖².",
        ),
        hints=(
            Text("Que vaut votre ⟨A, A⟩ ? Est-ce Σ A² ?", "What is your ⟨A, A⟩? Is it Σ A²?"),
            Text(
                "Dans einsum, c'est la lettre partagée qui apparie les indices.",
                "In einsum the shared letter is what pairs the indices.",
            ),
            Text("torch.einsum('bij,bij->b', A, B).", "torch.einsum('bij,bij->b', A, B)."),
        ),
    ),
)

EQUIVALENTS = (
    Equivalent("autograd_grad", {"mlp_torch": mlp_torch_by_autograd_grad}),
    Equivalent("modules", {"mlp_torch": mlp_torch_by_modules}),
    Equivalent(
        "matmul",
        {
            "contract_pairs": contract_pairs_by_matmul,
            "contract_rows": contract_rows_by_matmul,
            "contract_all": contract_all_by_sum,
        },
    ),
    Equivalent(
        "broadcast",
        {
            "contract_pairs": contract_pairs_by_broadcast,
            "contract_rows": contract_rows_by_broadcast,
            "contract_all": contract_all_by_flattening,
        },
    ),
)
