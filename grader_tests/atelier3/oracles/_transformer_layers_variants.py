"""3.11 EncoderLayer, DecoderLayer, shift_right: the mistakes worth a name, and other ways of being right."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn

from attentif.exercises import Equivalent, Misconception, Text


class EncoderParts(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attn = nn.MultiheadAttention(d_model, n_heads, batch_first=True)
        self.linear1 = nn.Linear(d_model, d_ff)
        self.linear2 = nn.Linear(d_ff, d_model)
        self.norm1 = nn.LayerNorm(d_model)
        self.norm2 = nn.LayerNorm(d_model)

    def attend(self, x, mask):
        return self.self_attn(x, x, x, key_padding_mask=None if mask is None else ~mask)[0]

    def feed_forward(self, x):
        return self.linear2(F.relu(self.linear1(x)))


class DecoderParts(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attn = nn.MultiheadAttention(d_model, n_heads, batch_first=True)
        self.cross_attn = nn.MultiheadAttention(d_model, n_heads, batch_first=True)
        self.linear1 = nn.Linear(d_model, d_ff)
        self.linear2 = nn.Linear(d_ff, d_model)
        self.norm1 = nn.LayerNorm(d_model)
        self.norm2 = nn.LayerNorm(d_model)
        self.norm3 = nn.LayerNorm(d_model)

    def attend(self, x):
        future = torch.ones(x.size(1), x.size(1), dtype=torch.bool).triu(1)
        return self.self_attn(x, x, x, attn_mask=future)[0]

    def cross(self, x, memory, mask):
        return self.cross_attn(x, memory, memory, key_padding_mask=None if mask is None else ~mask)[0]

    def feed_forward(self, x):
        return self.linear2(F.relu(self.linear1(x)))


class PreNormEncoder(EncoderParts):
    def forward(self, x, mask=None):
        x = x + self.attend(self.norm1(x), mask)
        return x + self.feed_forward(self.norm2(x))


class PreNormDecoder(DecoderParts):
    def forward(self, x, memory, memory_mask=None):
        x = x + self.attend(self.norm1(x))
        x = x + self.cross(self.norm2(x), memory, memory_mask)
        return x + self.feed_forward(self.norm3(x))


class CausalEncoder(EncoderParts):
    def forward(self, x, mask=None):
        future = torch.ones(x.size(1), x.size(1), dtype=torch.bool).triu(1)
        hidden = None if mask is None else ~mask
        attended, _ = self.self_attn(x, x, x, key_padding_mask=hidden, attn_mask=future)
        x = self.norm1(x + attended)
        return self.norm2(x + self.feed_forward(x))


class InvertedMaskEncoder(EncoderParts):
    def forward(self, x, mask=None):
        attended, _ = self.self_attn(x, x, x, key_padding_mask=mask)
        x = self.norm1(x + attended)
        return self.norm2(x + self.feed_forward(x))


class UnmaskedEncoder(EncoderParts):
    def forward(self, x, mask=None):
        x = self.norm1(x + self.attend(x, None))
        return self.norm2(x + self.feed_forward(x))


class NoSecondResidualEncoder(EncoderParts):
    def forward(self, x, mask=None):
        x = self.norm1(x + self.attend(x, mask))
        return self.norm2(self.feed_forward(x))


class ResidualFromInputEncoder(EncoderParts):
    def forward(self, x, mask=None):
        y = self.norm1(x + self.attend(x, mask))
        return self.norm2(x + self.feed_forward(y))


class SharedNormEncoder(EncoderParts):
    def forward(self, x, mask=None):
        x = self.norm1(x + self.attend(x, mask))
        return self.norm1(x + self.feed_forward(x))


class GeluEncoder(EncoderParts):
    def forward(self, x, mask=None):
        x = self.norm1(x + self.attend(x, mask))
        return self.norm2(x + self.linear2(F.gelu(self.linear1(x))))


class CrossFirstDecoder(DecoderParts):
    def forward(self, x, memory, memory_mask=None):
        x = self.norm1(x + self.cross(x, memory, memory_mask))
        x = self.norm2(x + self.attend(x))
        return self.norm3(x + self.feed_forward(x))


class NoThirdResidualDecoder(DecoderParts):
    def forward(self, x, memory, memory_mask=None):
        x = self.norm1(x + self.attend(x))
        x = self.norm2(x + self.cross(x, memory, memory_mask))
        return self.norm3(self.feed_forward(x))


class NoThirdNormDecoder(DecoderParts):
    def forward(self, x, memory, memory_mask=None):
        x = self.norm1(x + self.attend(x))
        x = self.norm2(x + self.cross(x, memory, memory_mask))
        return x + self.feed_forward(x)


class MemoryRecomputedDecoder(DecoderParts):
    def forward(self, x, memory, memory_mask=None):
        hidden = None if memory_mask is None else ~memory_mask
        memory = self.norm1(memory + self.self_attn(memory, memory, memory, key_padding_mask=hidden)[0])
        x = self.norm1(x + self.attend(x))
        x = self.norm2(x + self.cross(x, memory, memory_mask))
        return self.norm3(x + self.feed_forward(x))


class UnmaskedDecoder(DecoderParts):
    def forward(self, x, memory, memory_mask=None):
        x = self.norm1(x + self.self_attn(x, x, x)[0])
        x = self.norm2(x + self.cross(x, memory, memory_mask))
        return self.norm3(x + self.feed_forward(x))


class InvertedCausalDecoder(DecoderParts):
    def forward(self, x, memory, memory_mask=None):
        allowed = torch.ones(x.size(1), x.size(1), dtype=torch.bool).tril()
        x = self.norm1(x + self.self_attn(x, x, x, attn_mask=allowed)[0])
        x = self.norm2(x + self.cross(x, memory, memory_mask))
        return self.norm3(x + self.feed_forward(x))


class MemoryUnmaskedDecoder(DecoderParts):
    def forward(self, x, memory, memory_mask=None):
        x = self.norm1(x + self.attend(x))
        x = self.norm2(x + self.cross(x, memory, None))
        return self.norm3(x + self.feed_forward(x))


class InvertedMemoryMaskDecoder(DecoderParts):
    def forward(self, x, memory, memory_mask=None):
        x = self.norm1(x + self.attend(x))
        x = self.norm2(x + self.cross_attn(x, memory, memory, key_padding_mask=memory_mask)[0])
        return self.norm3(x + self.feed_forward(x))


class MemoryUnusedDecoder(DecoderParts):
    def forward(self, x, memory, memory_mask=None):
        x = self.norm1(x + self.attend(x))
        x = self.norm2(x + self.cross_attn(x, x, x)[0])
        return self.norm3(x + self.feed_forward(x))


def shift_nothing(y, bos):
    return y


def shift_left(y, bos):
    return torch.cat([y[:, 1:], torch.full_like(y[:, :1], bos)], dim=1)


def shift_keeps_last(y, bos):
    return torch.cat([torch.full_like(y[:, :1], bos), y], dim=1)


def shift_without_bos(y, bos):
    return y[:, :-1]


def shift_in_a_circle(y, bos):
    return torch.roll(y, 1, dims=1)


def shift_overwrites_first(y, bos):
    shifted = y.clone()
    shifted[:, 0] = bos
    return shifted


def shift_with_zero(y, bos):
    return F.pad(y[:, :-1], (1, 0), value=0)


class NoReluEncoder(EncoderParts):
    def forward(self, x, mask=None):
        x = self.norm1(x + self.attend(x, mask))
        return self.norm2(x + self.linear2(self.linear1(x)))


class NoReluDecoder(DecoderParts):
    def forward(self, x, memory, memory_mask=None):
        x = self.norm1(x + self.attend(x))
        x = self.norm2(x + self.cross(x, memory, memory_mask))
        return self.norm3(x + self.linear2(self.linear1(x)))


class NoFirstResidualEncoder(EncoderParts):
    def forward(self, x, mask=None):
        x = self.norm1(self.attend(x, mask))
        return self.norm2(x + self.feed_forward(x))


class NoFirstResidualDecoder(DecoderParts):
    def forward(self, x, memory, memory_mask=None):
        x = self.norm1(self.attend(x))
        x = self.norm2(x + self.cross(x, memory, memory_mask))
        return self.norm3(x + self.feed_forward(x))


class NoSecondResidualDecoder(DecoderParts):
    def forward(self, x, memory, memory_mask=None):
        x = self.norm1(x + self.attend(x))
        x = self.norm2(self.cross(x, memory, memory_mask))
        return self.norm3(x + self.feed_forward(x))


class SwappedNormsEncoder(EncoderParts):
    def forward(self, x, mask=None):
        x = self.norm2(x + self.attend(x, mask))
        return self.norm1(x + self.feed_forward(x))


class SeesNextDecoder(DecoderParts):
    def forward(self, x, memory, memory_mask=None):
        future = torch.ones(x.size(1), x.size(1), dtype=torch.bool).triu(2)
        x = self.norm1(x + self.self_attn(x, x, x, attn_mask=future)[0])
        x = self.norm2(x + self.cross(x, memory, memory_mask))
        return self.norm3(x + self.feed_forward(x))


def shift_across_sentences(y, bos):
    flat = y.flatten()
    return torch.cat([torch.full_like(flat[:1], bos), flat[:-1]]).view_as(y)


class LoopedEncoder(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attn = nn.MultiheadAttention(d_model, n_heads, batch_first=True, dropout=0.0)
        self.linear1, self.linear2 = nn.Linear(d_model, d_ff), nn.Linear(d_ff, d_model)
        self.norm1, self.norm2 = nn.LayerNorm(d_model), nn.LayerNorm(d_model)

    def forward(self, x, mask=None):
        allowed = torch.ones(x.shape[:2], dtype=torch.bool) if mask is None else mask
        bias = torch.zeros(allowed.shape, dtype=x.dtype).masked_fill(allowed.logical_not(), float("-inf"))
        for norm, part in ((self.norm1, self.attend), (self.norm2, self.feed_forward)):
            x = norm(part(x, bias) + x)
        return x

    def attend(self, x, bias):
        return self.self_attn(query=x, key=x, value=x, key_padding_mask=bias, need_weights=False)[0]

    def feed_forward(self, x, bias):
        return self.linear2(self.linear1(x).clamp(min=0))


class BiasedDecoder(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attn = nn.MultiheadAttention(d_model, n_heads, batch_first=True)
        self.cross_attn = nn.MultiheadAttention(d_model, n_heads, batch_first=True)
        self.linear1, self.linear2 = nn.Linear(d_model, d_ff), nn.Linear(d_ff, d_model)
        self.norm1, self.norm2, self.norm3 = (nn.LayerNorm(d_model) for _ in range(3))

    def forward(self, x, memory, memory_mask=None):
        T = x.shape[1]
        causal = torch.full((T, T), float("-inf"), dtype=x.dtype).triu(diagonal=1)
        x = self.norm1(x + self.self_attn(x, x, x, attn_mask=causal, need_weights=False)[0])
        hidden = torch.zeros(memory.shape[:2], dtype=torch.bool) if memory_mask is None else ~memory_mask
        x = self.norm2(x + self.cross_attn(x, memory, memory, key_padding_mask=hidden, need_weights=False)[0])
        return self.norm3(x + self.linear2(torch.relu(self.linear1(x))))


def shift_by_assignment(y, bos):
    shifted = torch.empty_like(y)
    shifted[:, 0] = bos
    shifted[:, 1:] = y[:, :-1]
    return shifted


def shift_by_padding(y, bos):
    return F.pad(y, (1, -1), value=bos)


MISCONCEPTIONS = (
    Misconception(
        name="pre_norm",
        defines={"EncoderLayer": PreNormEncoder, "DecoderLayer": PreNormDecoder},
        uses=(EncoderParts, DecoderParts),
        finding=Text(
            "Votre sortie est exactement celle d'une couche pré-norme, x + f(LN(x)) : l'énoncé demande la "
            "post-norme, LN(x + f(x)).",
            "Your output is exactly that of a pre-norm layer, x + f(LN(x)): the statement asks for post-norm, "
            "LN(x + f(x)).",
        ),
        consequence=Text(
            "C'est le choix de GPT-2, bon en soi ; mais des poids appris dans l'autre disposition n'y valent rien, et "
            "la sortie n'est plus normalisée.",
            "It is GPT-2's choice, fine in itself; but weights learnt in the other layout are worthless in it, and the "
            "output is not normalised any more.",
        ),
        hints=(
            Text(
                "Où la normalisation se place-t-elle dans la formule de l'énoncé ?",
                "Where does the normalisation stand in the statement's formula?",
            ),
            Text(
                "En post-norme, la sous-couche reçoit x tel quel, et LN reçoit la somme.",
                "In post-norm the sub-layer receives x as it is, and LN receives the sum.",
            ),
            Text(
                "x = self.norm1(x + self.self_attn(x, x, x, …)[0]), et ainsi de suite.",
                "x = self.norm1(x + self.self_attn(x, x, x, …)[0]), and so on.",
            ),
        ),
    ),
    Misconception(
        name="encoder_causal",
        defines={"EncoderLayer": CausalEncoder},
        uses=(EncoderParts,),
        finding=Text(
            "Votre encodeur est exactement causal : chaque position n'y voit que celles qui la précèdent.",
            "Your encoder is exactly causal: each position only sees those before it.",
        ),
        consequence=Text(
            "La phrase source est connue tout entière ; lui cacher la suite prive l'encodeur de la moitié du contexte.",
            "The source sentence is known as a whole; hiding what follows deprives the encoder of half the context.",
        ),
        hints=(
            Text("L'encodeur doit-il prédire le mot suivant ?", "Must the encoder predict the next word?"),
            Text("Le masque causal n'appartient qu'au décodeur.", "The causal mask belongs to the decoder only."),
            Text(
                "Retirez attn_mask de l'appel de self_attn dans EncoderLayer.",
                "Remove attn_mask from the call of self_attn in EncoderLayer.",
            ),
        ),
    ),
    Misconception(
        name="encoder_mask_inverted",
        defines={"EncoderLayer": InvertedMaskEncoder},
        uses=(EncoderParts,),
        finding=Text(
            "Vous passez mask tel quel à key_padding_mask : pour nn.MultiheadAttention, True veut dire caché.",
            "You pass mask as it is to key_padding_mask: for nn.MultiheadAttention, True means hidden.",
        ),
        consequence=Text(
            "L'encodeur ne regarde que le remplissage ; une phrase complète donne des NaN.",
            "The encoder attends to padding only; a full sentence gives NaN.",
        ),
        hints=(
            Text(
                "Comparez la convention du cours et celle de nn.MultiheadAttention.",
                "Compare the course's convention with that of nn.MultiheadAttention.",
            ),
            Text(
                "Cours : True = peut être regardé. key_padding_mask : True = ignoré.",
                "Course: True = may be attended to. key_padding_mask: True = ignored.",
            ),
            Text(
                "key_padding_mask=None if mask is None else ~mask.", "key_padding_mask=None if mask is None else ~mask."
            ),
        ),
    ),
    Misconception(
        name="encoder_mask_ignored",
        defines={"EncoderLayer": UnmaskedEncoder},
        uses=(EncoderParts,),
        finding=Text(
            "Juste sans masque, votre encodeur ne tient pas compte de mask.",
            "Right without a mask, your encoder takes no notice of mask.",
        ),
        consequence=Text(
            "Le remplissage entre dans toutes les moyennes : une phrase change de sens selon son lot.",
            "Padding enters all means: a sentence changes meaning with its batch.",
        ),
        hints=(
            Text("mask sert-il dans votre forward ?", "Is mask used in your forward?"),
            Text(
                "self_attn a un argument pour cela : key_padding_mask.",
                "self_attn has an argument for it: key_padding_mask.",
            ),
            Text(
                "key_padding_mask=None if mask is None else ~mask.", "key_padding_mask=None if mask is None else ~mask."
            ),
        ),
    ),
    Misconception(
        name="encoder_second_residual_missing",
        defines={"EncoderLayer": NoSecondResidualEncoder},
        uses=(EncoderParts,),
        finding=Text(
            "Votre sortie est exactement LN(FFN(x)) : la seconde connexion résiduelle de l'encodeur manque.",
            "Your output is exactly LN(FFN(x)): the encoder's second residual connection is missing.",
        ),
        consequence=Text(
            "Ce que l'attention a rapporté doit passer tout entier par le goulot ReLU, et le gradient avec lui.",
            "All that attention brought back must squeeze through the ReLU network, and the gradient with it.",
        ),
        hints=(
            Text("Combien de « + » votre forward contient-il ?", 'How many "+" are there in your forward?'),
            Text(
                "Chaque sous-couche est entourée de x + …, le réseau position par position aussi.",
                "Each sub-layer is wrapped in x + …, the position-wise network too.",
            ),
            Text(
                "return self.norm2(x + self.linear2(F.relu(self.linear1(x)))).",
                "return self.norm2(x + self.linear2(F.relu(self.linear1(x)))).",
            ),
        ),
    ),
    Misconception(
        name="encoder_residual_from_input",
        defines={"EncoderLayer": ResidualFromInputEncoder},
        uses=(EncoderParts,),
        finding=Text(
            "Votre second résidu repart exactement de l'entrée de la couche, non de la sortie de la première "
            "sous-couche.",
            "Your second residual starts exactly from the layer's input, not from the first sub-layer's output.",
        ),
        consequence=Text(
            "Ce que l'attention a rapporté n'est pas transmis directement : seul le réseau ReLU en garde trace.",
            "What attention brought back is not passed on directly: only the ReLU network keeps track of it.",
        ),
        hints=(
            Text("Quel x ajoutez-vous la seconde fois ?", "Which x do you add the second time?"),
            Text(
                "La seconde sous-couche a pour entrée, et pour résidu, la sortie de norm1.",
                "The second sub-layer's input, and residual, is the output of norm1.",
            ),
            Text("Réaffectez x : x = self.norm1(x + …).", "Reassign x: x = self.norm1(x + …)."),
        ),
    ),
    Misconception(
        name="encoder_shared_norm",
        defines={"EncoderLayer": SharedNormEncoder},
        uses=(EncoderParts,),
        finding=Text(
            "Votre encodeur utilise norm1 deux fois : norm2 ne sert pas.",
            "Your encoder uses norm1 twice: norm2 is unused.",
        ),
        consequence=Text(
            "À l'initialisation rien ne se voit (γ = 1, β = 0 partout) ; après entraînement les deux normes diffèrent.",
            "At initialisation nothing shows (γ = 1, β = 0 everywhere); after training the two norms differ.",
        ),
        hints=(
            Text("Chaque sous-module sert-il une fois ?", "Is each sub-module used once?"),
            Text(
                "La normalisation de la seconde sous-couche a ses propres γ et β.",
                "The second sub-layer's normalisation has its own γ and β.",
            ),
            Text("Remplacez le second self.norm1 par self.norm2.", "Replace the second self.norm1 with self.norm2."),
        ),
    ),
    Misconception(
        name="encoder_gelu",
        defines={"EncoderLayer": GeluEncoder},
        uses=(EncoderParts,),
        finding=Text(
            "Votre réseau position par position utilise exactement GELU : l'énoncé fixe ReLU.",
            "Your position-wise network uses exactly GELU: the statement fixes ReLU.",
        ),
        consequence=Text(
            "GELU est le choix de BERT et de GPT ; la couche de 2017, dont on charge ici les poids, a ReLU.",
            "GELU is the choice of BERT and GPT; the layer of 2017, whose weights are loaded here, has ReLU.",
        ),
        hints=(
            Text("Quelle activation l'énoncé fixe-t-il ?", "Which activation does the statement fix?"),
            Text("max(0, x W₁ + b₁) W₂ + b₂.", "max(0, x W₁ + b₁) W₂ + b₂."),
            Text("Remplacez F.gelu par F.relu.", "Replace F.gelu with F.relu."),
        ),
    ),
    Misconception(
        name="cross_attention_first",
        defines={"DecoderLayer": CrossFirstDecoder},
        uses=(DecoderParts,),
        finding=Text(
            "Votre décodeur consulte la mémoire avant de faire son auto-attention : les deux sous-couches sont "
            "échangées.",
            "Your decoder consults the memory before its self-attention: the two sub-layers are swapped.",
        ),
        consequence=Text(
            "La question posée à la mémoire ignore les mots déjà produits.",
            "The question put to the memory ignores the words already produced.",
        ),
        hints=(
            Text(
                "Dans quel ordre l'énoncé range-t-il les trois sous-couches ?",
                "In which order does the statement list the three sub-layers?",
            ),
            Text(
                "D'abord relire ce qu'on a écrit, puis interroger la source.",
                "First read again what one wrote, then ask the source.",
            ),
            Text(
                "self_attn et norm1, puis cross_attn et norm2, puis le réseau et norm3.",
                "self_attn and norm1, then cross_attn and norm2, then the network and norm3.",
            ),
        ),
    ),
    Misconception(
        name="third_residual_missing",
        defines={"DecoderLayer": NoThirdResidualDecoder},
        uses=(DecoderParts,),
        finding=Text(
            "Votre sortie est exactement LN(FFN(x)) : le troisième résidu du décodeur manque.",
            "Your output is exactly LN(FFN(x)): the decoder's third residual is missing.",
        ),
        consequence=Text(
            "Tout ce qui précède doit traverser le réseau ReLU ; empilées, de telles couches n'apprennent "
            "presque plus.",
            "All that comes before must go through the ReLU network; stacked, such layers hardly learn.",
        ),
        hints=(
            Text("Combien de sous-couches, combien de « + » ?", 'How many sub-layers, how many "+"?'),
            Text(
                "La troisième sous-couche aussi est entourée de x + ….", "The third sub-layer too is wrapped in x + …."
            ),
            Text(
                "return self.norm3(x + self.linear2(F.relu(self.linear1(x)))).",
                "return self.norm3(x + self.linear2(F.relu(self.linear1(x)))).",
            ),
        ),
    ),
    Misconception(
        name="third_norm_missing",
        defines={"DecoderLayer": NoThirdNormDecoder},
        uses=(DecoderParts,),
        finding=Text(
            "Votre sortie est exactement x + FFN(x) : la troisième normalisation, norm3, manque.",
            "Your output is exactly x + FFN(x): the third normalisation, norm3, is missing.",
        ),
        consequence=Text(
            "L'amplitude de la sortie n'est plus contrôlée, et croît de couche en couche.",
            "The size of the output is no longer controlled, and grows from layer to layer.",
        ),
        hints=(
            Text("Chaque sous-module défini dans __init__ sert-il ?", "Is each sub-module defined in __init__ used?"),
            Text(
                "En post-norme, chaque résidu est suivi de sa normalisation.",
                "In post-norm each residual is followed by its normalisation.",
            ),
            Text("Entourez le dernier résidu de self.norm3(…).", "Wrap the last residual in self.norm3(…)."),
        ),
    ),
    Misconception(
        name="memory_recomputed",
        defines={"DecoderLayer": MemoryRecomputedDecoder},
        uses=(DecoderParts,),
        finding=Text(
            "Votre décodeur retransforme la mémoire (auto-attention et norm1) avant de la lire : elle doit "
            "servir telle "
            "quelle.",
            "Your decoder transforms the memory again (self-attention and norm1) before reading it: it must be used as "
            "it is.",
        ),
        consequence=Text(
            "La mémoire est la sortie finale de l'encodeur, la même pour toutes les couches du décodeur : la "
            "recalculer "
            "coûte cher et la dénature.",
            "The memory is the encoder's final output, the same for all decoder layers: computing it again is costly "
            "and spoils it.",
        ),
        hints=(
            Text("Qui a déjà calculé la mémoire ?", "Who has computed the memory already?"),
            Text(
                "Dans le décodeur, memory n'apparaît qu'à un endroit : clés et valeurs de cross_attn.",
                "In the decoder, memory appears in one place: keys and values of cross_attn.",
            ),
            Text(
                "self.cross_attn(x, memory, memory, …), et rien d'autre avec memory.",
                "self.cross_attn(x, memory, memory, …), and nothing else with memory.",
            ),
        ),
    ),
    Misconception(
        name="decoder_not_causal",
        defines={"DecoderLayer": UnmaskedDecoder},
        uses=(DecoderParts,),
        finding=Text(
            "L'auto-attention de votre décodeur n'a pas de masque causal : chaque position voit les suivantes.",
            "Your decoder's self-attention has no causal mask: each position sees the following ones.",
        ),
        consequence=Text(
            "À l'entraînement la réponse est sous ses yeux et la perte tombe vers 0 ; à la génération, il ne "
            "sait rien.",
            "In training the answer lies before its eyes and the loss drops to 0; in generation it knows nothing.",
        ),
        hints=(
            Text(
                "Changez le dernier mot de l'entrée : la sortie en première position bouge-t-elle ?",
                "Change the input's last token: does the output at the first position move?",
            ),
            Text(
                "self_attn a un argument attn_mask, (T, T), True = caché.",
                "self_attn has an argument attn_mask, (T, T), True = hidden.",
            ),
            Text(
                "attn_mask=torch.ones(T, T, dtype=torch.bool).triu(1).",
                "attn_mask=torch.ones(T, T, dtype=torch.bool).triu(1).",
            ),
        ),
    ),
    Misconception(
        name="decoder_causal_inverted",
        defines={"DecoderLayer": InvertedCausalDecoder},
        uses=(DecoderParts,),
        finding=Text(
            "Vous passez la matrice tril à attn_mask : pour nn.MultiheadAttention, True veut dire caché, et "
            "le décodeur "
            "ne voit que le futur.",
            "You pass the tril matrix to attn_mask: for nn.MultiheadAttention, True means hidden, and the decoder sees "
            "only the future.",
        ),
        consequence=Text(
            "La dernière position n'a plus rien à regarder (NaN), les autres lisent la réponse.",
            "The last position has nothing left to look at (NaN), the others read the answer.",
        ),
        hints=(
            Text("D'où viennent les NaN de la dernière position ?", "Where do the NaN of the last position come from?"),
            Text(
                "attn_mask booléen : True = interdit. Il faut donc désigner le futur.",
                "Boolean attn_mask: True = forbidden. So it must point at the future.",
            ),
            Text(
                "attn_mask=torch.ones(T, T, dtype=torch.bool).triu(1).",
                "attn_mask=torch.ones(T, T, dtype=torch.bool).triu(1).",
            ),
        ),
    ),
    Misconception(
        name="memory_mask_ignored",
        defines={"DecoderLayer": MemoryUnmaskedDecoder},
        uses=(DecoderParts,),
        finding=Text(
            "Juste sans masque, votre décodeur ne tient pas compte de memory_mask.",
            "Right without a mask, your decoder takes no notice of memory_mask.",
        ),
        consequence=Text(
            "Il traduit aussi le remplissage de la phrase source.",
            "It translates the padding of the source sentence too.",
        ),
        hints=(
            Text("memory_mask sert-il dans votre forward ?", "Is memory_mask used in your forward?"),
            Text(
                "Il désigne des clés de la mémoire : key_padding_mask de cross_attn.",
                "It is about keys of the memory: key_padding_mask of cross_attn.",
            ),
            Text(
                "key_padding_mask=None if memory_mask is None else ~memory_mask.",
                "key_padding_mask=None if memory_mask is None else ~memory_mask.",
            ),
        ),
    ),
    Misconception(
        name="memory_mask_inverted",
        defines={"DecoderLayer": InvertedMemoryMaskDecoder},
        uses=(DecoderParts,),
        finding=Text(
            "Vous passez memory_mask tel quel à key_padding_mask : pour nn.MultiheadAttention, True veut dire caché.",
            "You pass memory_mask as it is to key_padding_mask: for nn.MultiheadAttention, True means hidden.",
        ),
        consequence=Text(
            "Le décodeur ne lit que le remplissage de la source ; une source complète donne des NaN.",
            "The decoder reads only the source's padding; a full source gives NaN.",
        ),
        hints=(
            Text(
                "Comparez la convention du cours et celle de nn.MultiheadAttention.",
                "Compare the course's convention with that of nn.MultiheadAttention.",
            ),
            Text(
                "Cours : True = peut être regardé. key_padding_mask : True = ignoré.",
                "Course: True = may be attended to. key_padding_mask: True = ignored.",
            ),
            Text(
                "key_padding_mask=None if memory_mask is None else ~memory_mask.",
                "key_padding_mask=None if memory_mask is None else ~memory_mask.",
            ),
        ),
    ),
    Misconception(
        name="memory_unused",
        defines={"DecoderLayer": MemoryUnusedDecoder},
        uses=(DecoderParts,),
        finding=Text(
            "L'attention croisée de votre décodeur lit x au lieu de la mémoire : la source ne sert pas.",
            "Your decoder's cross-attention reads x instead of the memory: the source is not used.",
        ),
        consequence=Text(
            "Le décodeur est un simple modèle de langue (qui voit même son futur) : il ne traduit rien.",
            "The decoder is a mere language model (which even sees its future): it translates nothing.",
        ),
        hints=(
            Text("Changez la mémoire : votre sortie bouge-t-elle ?", "Change the memory: does your output move?"),
            Text(
                "Les requêtes viennent du décodeur, les clés et les valeurs de la mémoire.",
                "Queries come from the decoder, keys and values from the memory.",
            ),
            Text("self.cross_attn(x, memory, memory, …).", "self.cross_attn(x, memory, memory, …)."),
        ),
    ),
    Misconception(
        name="not_shifted",
        defines={"shift_right": shift_nothing},
        finding=Text(
            "Vous rendez exactement y : rien n'est décalé.",
            "You return exactly y: nothing is shifted.",
        ),
        consequence=Text(
            "Le décodeur lit à chaque position le mot même qu'il doit prédire : la perte tombe à 0 et il n'apprend "
            "qu'à recopier.",
            "At each position the decoder reads the very token it must predict: the loss drops to 0 and all it learns "
            "is to copy.",
        ),
        hints=(
            Text("Que sait le décodeur au moment de prédire y₀ ?", "What does the decoder know when it predicts y₀?"),
            Text(
                "En position t, il lit y_{t−1} ; en position 0, bos.",
                "At position t it reads y_{t−1}; at position 0, bos.",
            ),
            Text("torch.cat([colonne de bos, y[:, :-1]], dim=1).", "torch.cat([column of bos, y[:, :-1]], dim=1)."),
        ),
    ),
    Misconception(
        name="shifted_left",
        defines={"shift_right": shift_left},
        finding=Text(
            "Vous décalez vers la gauche : la position t reçoit y_{t+1}.",
            "You shift to the left: position t receives y_{t+1}.",
        ),
        consequence=Text(
            "Le décodeur lit l'avenir et ne voit jamais ce qui précède.",
            "The decoder reads the future and never sees what comes before.",
        ),
        hints=(
            Text("Le premier élément de la sortie doit être bos.", "The first element of the output must be bos."),
            Text(
                "C'est le dernier mot de y qui disparaît, non le premier.",
                "It is the last token of y that goes, not the first.",
            ),
            Text("torch.cat([colonne de bos, y[:, :-1]], dim=1).", "torch.cat([column of bos, y[:, :-1]], dim=1)."),
        ),
    ),
    Misconception(
        name="last_token_kept",
        defines={"shift_right": shift_keeps_last},
        finding=Text(
            "Vous gardez le dernier mot : la sortie a T + 1 colonnes.",
            "You keep the last token: the output has T + 1 columns.",
        ),
        consequence=Text(
            "Entrées et cibles n'ont plus la même longueur ; la dernière prédiction n'a pas de cible.",
            "Inputs and targets no longer have the same length; the last prediction has no target.",
        ),
        hints=(
            Text("Comparez la forme de la sortie et celle de y.", "Compare the output's shape with that of y."),
            Text(
                "Ajouter une colonne devant oblige à en retirer une derrière.",
                "Adding a column in front means dropping one at the end.",
            ),
            Text("Remplacez y par y[:, :-1] dans torch.cat.", "Replace y with y[:, :-1] in torch.cat."),
        ),
    ),
    Misconception(
        name="bos_not_prepended",
        defines={"shift_right": shift_without_bos},
        finding=Text(
            "Vous rendez exactement y[:, :-1] : le marqueur bos n'est pas placé devant.",
            "You return exactly y[:, :-1]: the token bos is not put in front.",
        ),
        consequence=Text(
            "La sortie a T − 1 colonnes, et rien ne permet de prédire le premier mot.",
            "The output has T − 1 columns, and nothing allows the first word to be predicted.",
        ),
        hints=(
            Text(
                "Que lit le décodeur avant d'avoir produit le moindre mot ?",
                "What does the decoder read before it has produced any word?",
            ),
            Text("Il faut une colonne (B, 1) remplie de bos.", "A column (B, 1) full of bos is needed."),
            Text("torch.full_like(y[:, :1], bos), puis torch.cat.", "torch.full_like(y[:, :1], bos), then torch.cat."),
        ),
    ),
    Misconception(
        name="rolled",
        defines={"shift_right": shift_in_a_circle},
        finding=Text(
            "Vous faites tourner y en cercle : le dernier mot revient en première position, à la place de bos.",
            "You turn y in a circle: the last token comes back first, in the place of bos.",
        ),
        consequence=Text(
            "La fin de la phrase fuit vers son début.",
            "The end of the sentence leaks to its beginning.",
        ),
        hints=(
            Text(
                "Quel identifiant trouve-t-on en position 0 de votre sortie ?",
                "Which token stands at position 0 of your output?",
            ),
            Text(
                "torch.roll est circulaire : rien ne sort, tout revient.",
                "torch.roll is circular: nothing leaves, all comes back.",
            ),
            Text(
                "Après torch.roll(y, 1, dims=1), posez shifted[:, 0] = bos.",
                "After torch.roll(y, 1, dims=1), set shifted[:, 0] = bos.",
            ),
        ),
    ),
    Misconception(
        name="bos_overwrites_first",
        defines={"shift_right": shift_overwrites_first},
        finding=Text(
            "Vous remplacez le premier mot par bos sans rien décaler.",
            "You replace the first token by bos without shifting anything.",
        ),
        consequence=Text(
            "Sauf en position 0, le décodeur lit encore le mot qu'il doit prédire, et y₀ est perdu.",
            "But for position 0, the decoder still reads the token it must predict, and y₀ is lost.",
        ),
        hints=(
            Text("Où y₀ se trouve-t-il dans votre sortie ?", "Where is y₀ in your output?"),
            Text(
                "Tous les mots avancent d'une case ; seul le dernier disparaît.",
                "All tokens move one place on; only the last one goes.",
            ),
            Text(
                "shifted[:, 1:] = y[:, :-1] et shifted[:, 0] = bos.",
                "shifted[:, 1:] = y[:, :-1] and shifted[:, 0] = bos.",
            ),
        ),
    ),
    Misconception(
        name="zero_instead_of_bos",
        defines={"shift_right": shift_with_zero},
        finding=Text(
            "Le décalage est juste, mais la première colonne vaut 0 au lieu de bos.",
            "The shift is right, but the first column is 0 instead of bos.",
        ),
        consequence=Text(
            "0 est souvent l'identifiant du remplissage : le décodeur commencerait par un mot masqué.",
            "0 is often the padding's identifier: the decoder would start from a masked token.",
        ),
        hints=(
            Text("L'argument bos sert-il ?", "Is the argument bos used?"),
            Text("F.pad a un argument value.", "F.pad has an argument value."),
            Text("F.pad(y[:, :-1], (1, 0), value=bos).", "F.pad(y[:, :-1], (1, 0), value=bos)."),
        ),
    ),
    Misconception(
        name="relu_missing",
        defines={"EncoderLayer": NoReluEncoder, "DecoderLayer": NoReluDecoder},
        uses=(EncoderParts, DecoderParts),
        finding=Text(
            "Votre réseau position par position n'a pas de ReLU : linear2(linear1(x)), deux couches linéaires bout à "
            "bout.",
            "Your position-wise network has no ReLU: linear2(linear1(x)), two linear layers in a row.",
        ),
        consequence=Text(
            "Deux applications linéaires n'en font qu'une : les d_ff unités cachées n'apportent rien.",
            "Two linear maps make a single one: the d_ff hidden units bring nothing.",
        ),
        hints=(
            Text(
                "Que vaut la composée de deux applications linéaires ?",
                "What is the composition of two linear maps?",
            ),
            Text(
                "La formule est max(0, x W₁ + b₁) W₂ + b₂ : où est votre max ?",
                "The formula is max(0, x W₁ + b₁) W₂ + b₂: where is your max?",
            ),
            Text("self.linear2(F.relu(self.linear1(x))).", "self.linear2(F.relu(self.linear1(x)))."),
        ),
    ),
    Misconception(
        name="first_residual_missing",
        defines={"EncoderLayer": NoFirstResidualEncoder, "DecoderLayer": NoFirstResidualDecoder},
        uses=(EncoderParts, DecoderParts),
        finding=Text(
            "La première connexion résiduelle manque : votre première sous-couche rend LN(attention(x)), sans x + ….",
            "The first residual connection is missing: your first sub-layer gives LN(attention(x)), without x + ….",
        ),
        consequence=Text(
            "Une position ne garde d'elle-même que ce que l'attention veut bien en rapporter, et le gradient n'a plus "
            "de chemin direct.",
            "A position keeps of itself only what attention brings back, and the gradient has no direct way any more.",
        ),
        hints=(
            Text("Combien de sous-couches, combien de « + » ?", 'How many sub-layers, how many "+"?'),
            Text(
                "La normalisation reçoit une somme : l'entrée de la sous-couche et sa sortie.",
                "The normalisation gets a sum: the sub-layer's input and its output.",
            ),
            Text(
                "x = self.norm1(x + self.self_attn(x, x, x, …)[0]).",
                "x = self.norm1(x + self.self_attn(x, x, x, …)[0]).",
            ),
        ),
    ),
    Misconception(
        name="cross_residual_missing",
        defines={"DecoderLayer": NoSecondResidualDecoder},
        uses=(DecoderParts,),
        finding=Text(
            "Le résidu de l'attention croisée manque : votre deuxième sous-couche rend LN(attention), sans x + ….",
            "The residual of the cross-attention is missing: your second sub-layer gives LN(attention), without x + ….",
        ),
        consequence=Text(
            "Une fois la source lue, le décodeur a oublié ce qu'il avait écrit.",
            "Once the source is read, the decoder has forgotten what it had written.",
        ),
        hints=(
            Text("Combien de sous-couches, combien de « + » ?", 'How many sub-layers, how many "+"?'),
            Text(
                "L'attention croisée aussi est entourée de x + …, puis normalisée.",
                "The cross-attention too is wrapped in x + …, then normalised.",
            ),
            Text(
                "x = self.norm2(x + self.cross_attn(x, memory, memory, …)[0]).",
                "x = self.norm2(x + self.cross_attn(x, memory, memory, …)[0]).",
            ),
        ),
    ),
    Misconception(
        name="encoder_norms_swapped",
        defines={"EncoderLayer": SwappedNormsEncoder},
        uses=(EncoderParts,),
        finding=Text(
            "Les deux normes de l'encodeur sont échangées : norm2 suit l'attention, et norm1 le réseau.",
            "The encoder's two norms are swapped: norm2 follows the attention, and norm1 the network.",
        ),
        consequence=Text(
            "À l'initialisation rien ne se voit (γ = 1, β = 0 partout) ; avec des poids entraînés, chaque sous-couche "
            "reçoit les γ et β de l'autre.",
            "At initialisation nothing shows (γ = 1, β = 0 everywhere); with trained weights each sub-layer gets the "
            "other's γ and β.",
        ),
        hints=(
            Text(
                "Dans quel ordre vos sous-modules sont-ils appelés ?",
                "In which order are your sub-modules called?",
            ),
            Text(
                "Chaque norme porte le numéro de la sous-couche qu'elle termine.",
                "Each norm bears the number of the sub-layer that it ends.",
            ),
            Text(
                "self.norm1 après self_attn, self.norm2 après linear2.",
                "self.norm1 after self_attn, self.norm2 after linear2.",
            ),
        ),
    ),
    Misconception(
        name="decoder_sees_next",
        defines={"DecoderLayer": SeesNextDecoder},
        uses=(DecoderParts,),
        finding=Text(
            "Votre masque causal laisse passer un mot de trop : chaque position voit aussi celle qui la suit.",
            "Your causal mask lets one word too many through: each position also sees the one that follows it.",
        ),
        consequence=Text(
            "Ce mot est souvent la réponse : la perte tombe, et la génération ne vaut rien.",
            "That word is often the answer: the loss drops, and generation is worthless.",
        ),
        hints=(
            Text(
                "Changez le deuxième mot de l'entrée : la sortie en première position bouge-t-elle ?",
                "Change the input's second token: does the output at the first position move?",
            ),
            Text(
                "Ce que l'on cache est j > i : la première diagonale au-dessus de la principale en fait partie.",
                "What is hidden is j > i: the first diagonal above the main one belongs to it.",
            ),
            Text(
                "attn_mask=torch.ones(T, T, dtype=torch.bool).triu(1), non triu(2).",
                "attn_mask=torch.ones(T, T, dtype=torch.bool).triu(1), not triu(2).",
            ),
        ),
    ),
    Misconception(
        name="shifted_across_sentences",
        defines={"shift_right": shift_across_sentences},
        finding=Text(
            "Vous décalez le lot comme un seul long texte : sauf la première, chaque phrase commence par le dernier "
            "mot de la précédente.",
            "You shift the batch as one long text: but for the first, each sentence begins with the last token of the "
            "one before.",
        ),
        consequence=Text(
            "Une phrase fuit dans une autre, et une seule reçoit bos.",
            "One sentence leaks into another, and only one gets bos.",
        ),
        hints=(
            Text(
                "Quel identifiant trouve-t-on en position 0 de la deuxième phrase ?",
                "Which token stands at position 0 of the second sentence?",
            ),
            Text(
                "Le décalage se fait le long de T, dans chaque ligne de (B, T) séparément.",
                "The shift runs along T, in each row of (B, T) by itself.",
            ),
            Text(
                "torch.cat([colonne (B, 1) de bos, y[:, :-1]], dim=1).",
                "torch.cat([column (B, 1) of bos, y[:, :-1]], dim=1).",
            ),
        ),
    ),
)

EQUIVALENTS = (
    Equivalent(
        "other_writing",
        {"EncoderLayer": LoopedEncoder, "DecoderLayer": BiasedDecoder, "shift_right": shift_by_assignment},
    ),
    Equivalent("padding", {"shift_right": shift_by_padding}),
)
