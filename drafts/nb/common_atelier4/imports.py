# À exécuter en premier. Dans Colab, cette cellule installe la bibliothèque du cours ; ailleurs elle ne fait rien.
import importlib.util

if importlib.util.find_spec("attentif") is None:
    from glob import glob

    %pip install --quiet {glob("checks/attentif-*.whl")[0]}

import math

import matplotlib.pyplot as plt
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from attentif import check
