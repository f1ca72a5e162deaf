"""What is said of exceptions in student code: what each kind means, and what its message gives away."""

from __future__ import annotations

from dataclasses import dataclass

from attentif.words.text import Text


@dataclass(frozen=True)
class ErrorMeaning:
    """``what`` it is, put after a colon; ``hint``: what to look at."""

    what: Text
    hint: Text


KINDS = {
    "TypeError": ErrorMeaning(
        Text("une opération ou un appel reçoit un objet d'une autre sorte", "an operation or a call gets another kind"),
        Text(
            "Un argument n'a pas le type ou le nombre attendu : comparez les appels et les signatures, et affichez "
            "`type(…)` et `.dtype` de ce qui y entre.",
            "An argument has the wrong type or number: compare the calls with the signatures, and print `type(…)` and "
            "`.dtype` of what goes in.",
        ),
    ),
    "NameError": ErrorMeaning(
        Text("un nom n'est défini nulle part", "a name is defined nowhere"),
        Text(
            "Faute de frappe, cellule précédente non exécutée, ou `import` manquant ?",
            "A typing mistake, an earlier cell that was not run, or a missing `import`?",
        ),
    ),
    "UnboundLocalError": ErrorMeaning(
        Text("une variable est lue avant d'avoir une valeur", "a variable is read before it has a value"),
        Text(
            "Dans une fonction, un nom auquel on affecte est local : donnez-lui une valeur avant la boucle ou le `if`.",
            "In a function a name that is assigned to is local: give it a value before the loop or the `if`.",
        ),
    ),
    "RuntimeError": ErrorMeaning(
        Text("une opération a été refusée", "an operation was refused"),
        Text(
            "Formes qui ne vont pas ensemble, dtypes différents, `.view` après une transposition, écriture sur place : "
            "affichez `.shape` et `.dtype` avant la ligne en cause.",
            "Shapes that do not fit, different dtypes, `.view` after a transpose, writing in place: print `.shape` and "
            "`.dtype` before the line.",
        ),
    ),
    "ValueError": ErrorMeaning(
        Text("une valeur ou une forme ne convient pas à l'opération", "a value or a shape does not suit the operation"),
        Text(
            "Deux formes ne vont pas ensemble, ou une valeur est hors de ce qui est permis : affichez `.shape` et les "
            "arguments avant la ligne en cause.",
            "Two shapes do not fit, or a value is not allowed: print `.shape` and the arguments before the line.",
        ),
    ),
    "IndexError": ErrorMeaning(
        Text("un indice ou un axe n'existe pas", "an index or an axis does not exist"),
        Text(
            "Les indices vont de 0 à n − 1 : affichez `.shape` et l'indice ; comptez aussi les axes.",
            "Indices go from 0 to n − 1: print `.shape` and the index; count the axes too.",
        ),
    ),
    "KeyError": ErrorMeaning(
        Text("une clé n'est pas dans le dictionnaire", "a key is not in the dictionary"),
        Text(
            "Affichez `.keys()` juste avant, et comparez la clé lettre à lettre.",
            "Print `.keys()` just before, and compare the key letter by letter.",
        ),
    ),
    "AttributeError": ErrorMeaning(
        Text("l'objet n'a pas cet attribut ou cette méthode", "the object has no such attribute or method"),
        Text(
            "Tableau NumPy au lieu d'un tenseur (ou l'inverse), `None` faute de `return`, attribut qui n'est pas créé "
            "dans `__init__` ?",
            "A NumPy array instead of a tensor (or the reverse), `None` for want of `return`, an attribute that is not "
            "made in `__init__`?",
        ),
    ),
    "ZeroDivisionError": ErrorMeaning(
        Text("une division par zéro", "a division by zero"),
        Text("Que vaut le dénominateur quand la taille est 0 ou 1 ?", "What is the denominator for a size of 0 or 1?"),
    ),
    "RecursionError": ErrorMeaning(
        Text("la fonction s'appelle elle-même sans fin", "the function calls itself endlessly"),
        Text(
            "Votre fonction porte-t-elle le nom de celle qu'elle appelle ? Y a-t-il un cas où elle s'arrête ?",
            "Does your function bear the name of the one it calls? Is there a case in which it stops?",
        ),
    ),
    "OverflowError": ErrorMeaning(
        Text("un nombre est trop grand pour être représenté", "a number is too large to be represented"),
        Text("Retirez le maximum avant l'exponentielle.", "Subtract the maximum before the exponential."),
    ),
    "FloatingPointError": ErrorMeaning(
        Text("un calcul sort des nombres représentables", "a computation leaves the numbers that can be represented"),
        Text("Quelle opération donne NaN ou l'infini ?", "Which operation gives NaN or infinity?"),
    ),
    "ImportError": ErrorMeaning(
        Text("un import a échoué", "an import failed"),
        Text(
            "N'importez que ce qu'importe la première cellule du notebook.",
            "Import only what the notebook's first cell imports.",
        ),
    ),
    "ModuleNotFoundError": ErrorMeaning(
        Text("un module à importer n'est pas installé", "a module to import is not installed"),
        Text(
            "N'importez que ce qu'importe la première cellule du notebook.",
            "Import only what the notebook's first cell imports.",
        ),
    ),
    "AssertionError": ErrorMeaning(
        Text("un `assert` de votre code n'est pas vérifié", "an `assert` of your code does not hold"),
        Text(
            "Ce que votre `assert` exige doit valoir pour toutes les formes que l'énoncé permet.",
            "What your `assert` demands must hold for all shapes that the statement allows.",
        ),
    ),
    "NotImplementedError": ErrorMeaning(
        Text("une partie n'est pas encore écrite", "a part is not written yet"),
        Text("Remplacez `raise NotImplementedError(…)` par votre code.", "Replace it by your code."),
    ),
    "StopIteration": ErrorMeaning(
        Text("un itérateur n'a plus d'élément", "an iterator has no more items"),
        Text("Parcourez-le par une boucle `for`.", "Go through it with a `for` loop."),
    ),
    "OSError": ErrorMeaning(
        Text("un fichier ou le réseau n'est pas là", "a file or the network is not there"),
        Text(
            "Pendant les vérifications il n'y a ni fichier ni réseau : la fonction ne peut utiliser que ses arguments.",
            "During checks there is neither file nor network: the function can use its arguments only.",
        ),
    ),
    "EOFError": ErrorMeaning(
        Text("le code attend une saisie", "the code waits for input"),
        Text("Retirez `input(…)` : tout vient des arguments.", "Remove `input(…)`: all comes from the arguments."),
    ),
    "SyntaxError": ErrorMeaning(
        Text("du code exécuté n'est pas du Python correct", "some code that is run is not correct Python"),
        Text("Relisez la ligne citée et celle qui la précède.", "Read the line and the one before it again."),
    ),
    "KeyboardInterrupt": ErrorMeaning(
        Text("le calcul a été interrompu", "the computation was interrupted"),
        Text("Cherchez une boucle qui ne s'arrête jamais.", "Look for a loop that never ends."),
    ),
    "LookupError": ErrorMeaning(
        Text("un indice ou une clé n'existe pas", "an index or a key does not exist"),
        Text("Affichez ce que vous cherchez, et ce dans quoi.", "Print what you look for, and in what."),
    ),
    "ArithmeticError": ErrorMeaning(
        Text("un calcul n'a pas de résultat", "a computation has no result"),
        Text("Affichez les opérandes avant la ligne en cause.", "Print the operands before the line."),
    ),
}

# Words of a message, and what they give away; the first that fits.
CLUES: tuple[tuple[tuple[str, ...], Text], ...] = (
    (
        ("unexpected keyword argument", "invalid combination of arguments", "invalid keyword"),
        Text(
            "Cette fonction n'a pas cet argument : NumPy dit `axis=`, `keepdims=` ; torch dit `dim=`, `keepdim=`.",
            "This function has no such argument: NumPy says `axis=`, `keepdims=`; torch says `dim=`, `keepdim=`.",
        ),
    ),
    (
        ("view size is not compatible",),
        Text(
            "`.view` demande une mémoire d'un seul tenant, ce qu'une transposition défait : prenez `.reshape(…)`, ou "
            "`.contiguous()` avant `.view(…)`.",
            "`.view` needs memory in one piece, which a transpose undoes: use `.reshape(…)`, or `.contiguous()` first.",
        ),
    ),
    (
        ("in-place operation", "inplace operation", "assignment destination is read-only"),
        Text(
            "Une écriture sur place (`+=`, `x[…] = …`, `.add_`, `masked_fill_`) modifie ce dont le gradient a besoin, "
            "ou ce qui ne doit pas l'être : créez un nouveau tenseur (`x = x + …`).",
            "Writing in place (`+=`, `x[…] = …`, `.add_`, `masked_fill_`) changes what the gradient needs, or what "
            "must not change: make a new tensor (`x = x + …`).",
        ),
    ),
    (
        ("backward through the graph a second time",),
        Text(
            "`backward()` a déjà parcouru ce graphe : refaites le calcul avant un second appel.",
            "`backward()` has gone through this graph already: compute anew before a second call.",
        ),
    ),
    (
        ("does not require grad",),
        Text(
            "Le graphe est coupé avant cette ligne : `.detach()`, `.item()`, `torch.no_grad()`, un passage par NumPy "
            "ou un tenseur créé à neuf.",
            "The graph is cut before this line: `.detach()`, `.item()`, `torch.no_grad()`, a detour through NumPy or a "
            "new tensor.",
        ),
    ),
    (
        ("Can't call numpy() on Tensor that requires grad",),
        Text(
            "Un tenseur qui porte un gradient ne passe pas par NumPy : restez en torch (torch.exp, torch.sum…).",
            "A tensor that carries a gradient does not go through NumPy: stay in torch (torch.exp, torch.sum…).",
        ),
    ),
    (
        ("same device", "CUDA", "cuda"),
        Text(
            "Les tenseurs ne sont pas sur le même appareil : créez les vôtres avec `device=x.device`, sans `.cuda()`.",
            "The tensors are not on the same device: make yours with `device=x.device`, without `.cuda()`.",
        ),
    ),
    (
        ("tensors used as indices", "only integers, slices", "arrays used as indices"),
        Text(
            "Un indice doit être un entier, une tranche ou un masque de booléens : affichez son `.dtype`.",
            "An index must be an integer, a slice or a mask of booleans: print its `.dtype`.",
        ),
    ),
    (
        ("same dtype", "scalar type", "Float did not match", "Double did not match", "not implemented for '",
         "can't be cast", "Cannot cast ufunc", "No loop matching", "did not contain a loop", "dtype('", "Found dtype"),
        Text(
            "Deux dtypes ne vont pas ensemble : créez vos tenseurs avec `dtype=x.dtype` ou `torch.zeros_like(x)`, et "
            "affichez les `.dtype`.",
            "Two dtypes do not go together: make your tensors with `dtype=x.dtype` or `torch.zeros_like(x)`, and print "
            "each `.dtype`.",
        ),
    ),
    (
        ("state_dict",),
        Text(
            "Les sous-modules ou leurs formes ne sont pas ceux de l'énoncé : comparez les noms lettre à lettre.",
            "The submodules or their shapes are not those of the statement: compare their names letter by letter.",
        ),
    ),
    (
        ("Dimension out of range", "out of bounds for array of dimension", "too many indices"),
        Text(
            "Cet axe n'existe pas dans ce tenseur : affichez sa `.shape` ; −1 est le dernier axe, −2 l'avant-dernier.",
            "There is no such axis in this tensor: print its `.shape`; −1 is the last axis, −2 the one before.",
        ),
    ),
    (
        ("out of bounds", "out of range"),
        Text(
            "Un indice dépasse la taille : les indices vont de 0 à n − 1. Affichez-le, et la `.shape`.",
            "An index exceeds the size: indices go from 0 to n − 1. Print it, and the `.shape`.",
        ),
    ),
    (
        ("ambiguous",),
        Text(
            "Un tableau entier n'est ni vrai ni faux : dans un `if`, écrivez `.any()` ou `.all()` ; sur des masques, "
            "`&` et `|` remplacent `and` et `or`.",
            "A whole array is neither true nor false: in an `if` write `.any()` or `.all()`; on masks, `&` and `|` "
            "replace `and` and `or`.",
        ),
    ),
    (
        ("only one element tensors", "only length-1 arrays", "only 0-dimensional arrays"),
        Text(
            "Un tableau de plusieurs valeurs est donné là où il faut un seul nombre : `math.exp` veut un nombre, "
            "`torch.exp` et `np.exp` un tableau.",
            "An array of several values is given where one number is wanted: `math.exp` takes a number, `torch.exp` "
            "and `np.exp` an array.",
        ),
    ),
    (
        ("cannot reshape", "is invalid for input of size", "shape '"),
        Text(
            "Un reshape doit garder le nombre total de valeurs : comptez-les avant et après.",
            "A reshape must keep the total number of values: count them before and after.",
        ),
    ),
    (
        ("must match the size", "cannot be multiplied", "could not be broadcast", "mismatch", "not aligned",
         "not broadcastable", "Expected size for first two", "inconsistent tensor size", "must have same number",
         "Sizes of tensors", "must be equal", "expanded size", "equation", "subscript", "inhomogeneous"),
        Text(
            "Deux formes ne vont pas ensemble : affichez `.shape` de chacun avant la ligne, et comparez à la formule.",
            "Two shapes do not fit: print `.shape` of each before the line, and compare with the formula.",
        ),
    ),
    (
        ("Singular matrix", "singular"),
        Text(
            "La matrice n'est pas inversible : la formule demande-t-elle vraiment une inverse ?",
            "The matrix cannot be inverted: does the formula really ask for an inverse?",
        ),
    ),
    (
        ("'NoneType'",),
        Text(
            "Une valeur est `None` : une fonction sans `return`, ou un argument facultatif (mask=None) non traité ?",
            "A value is `None`: a function without `return`, or an optional argument (mask=None) not handled?",
        ),
    ),
    (
        ("'numpy.ndarray' object has no attribute",),
        Text(
            "C'est un tableau NumPy, qui n'a pas les méthodes des tenseurs : `np.…`, ou `.astype`, `.T`, `axis=`.",
            "It is a NumPy array, without the methods of tensors: `np.…`, or `.astype`, `.T`, `axis=`.",
        ),
    ),
    (
        ("'Tensor' object has no attribute",),
        Text(
            "C'est un tenseur torch, qui n'a pas les méthodes de NumPy : `.to(dtype)` et non `.astype`, `dim=`.",
            "It is a torch tensor, without the methods of NumPy: `.to(dtype)` and not `.astype`, `dim=`.",
        ),
    ),
    (
        ("positional argument",),
        Text(
            "Un appel n'a pas le bon nombre d'arguments : comparez-le à la signature (`self` compris dans une classe).",
            "A call has the wrong number of arguments: compare it with the signature (`self` included in a class).",
        ),
    ),
    (
        ("object is not callable",),
        Text(
            "Quelque chose qui n'est pas une fonction est suivi de parenthèses : un nom a-t-il été réutilisé ?",
            "Something that is no function is followed by parentheses: was a name used again?",
        ),
    ),
    (
        ("cannot assign module before Module.__init__", "cannot assign parameters before"),
        Text("Commencez `__init__` par `super().__init__()`.", "Begin `__init__` with `super().__init__()`."),
    ),
)  # fmt: skip

IMPORTS = {
    "np": "import numpy as np",
    "numpy": "import numpy",
    "torch": "import torch",
    "F": "import torch.nn.functional as F",
    "nn": "from torch import nn",
    "math": "import math",
}


def missing_import(name: str) -> Text:
    """A name that an import of the first cell defines is missing."""
    line = IMPORTS[name]
    return Text(
        f"Exécutez d'abord la première cellule : c'est elle qui fait `{line}`.",
        f"Run the first cell first: it is the one that does `{line}`.",
    )
