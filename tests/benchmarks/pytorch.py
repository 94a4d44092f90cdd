"""The same network and both recipes in PyTorch, for ``training_speed`` to compare with.

Both begin with the weights Keras gives the network; converting them is not timed.
"""

from __future__ import annotations

import time

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from mnist_cnn.digits.mnist_files import Mnist
from mnist_cnn.network import model
from mnist_cnn.optimization import muon, recipes


def network_of(weights: list[np.ndarray]) -> nn.Sequential:
    """Return the network with Keras' weights; it reads ``(n, 1, 28, 28)`` and answers logits."""
    network = nn.Sequential(
        nn.Conv2d(1, 32, 3),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(64, 64, 3),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(576, 64),
        nn.ReLU(),
        nn.Linear(64, 10),
    )
    weights = list(weights)  # Keras flattens row, column, channel; PyTorch channel, row, column
    weights[6] = weights[6].reshape(3, 3, 64, 64).transpose(2, 0, 1, 3).reshape(576, 64)
    with torch.no_grad():
        for parameter, weight in zip(network.parameters(), weights, strict=True):
            axes = (3, 2, 0, 1) if weight.ndim == 4 else range(weight.ndim)[::-1]
            parameter.copy_(torch.from_numpy(weight.transpose(*axes).copy()))
    return network


def lesson(mnist: Mnist, seed: int) -> tuple[float, float]:
    """Five epochs of RMSprop; return seconds and accuracy."""
    weights = model.build(seed).get_weights()
    images, labels = tensors(mnist.train_images, mnist.train_labels)
    torch.manual_seed(seed)
    began = time.monotonic()
    network = network_of(weights)
    optimizer = torch.optim.RMSprop(network.parameters(), lr=1e-3, alpha=0.9, eps=1e-7)
    for _ in range(5):
        for rows in torch.randperm(len(labels)).split(64):
            optimizer.zero_grad()
            functional.cross_entropy(network(images[rows]), labels[rows]).backward()
            optimizer.step()
    return time.monotonic() - began, accuracy(network, mnist)


def fast(mnist: Mnist, seed: int) -> tuple[float, float]:
    """The fast recipe's digits, schedule and optimiser; return seconds and accuracy."""
    recipe = recipes.RECIPES["fast"]
    weights = model.build(seed).get_weights()
    images, labels = tensors(mnist.train_images, mnist.train_labels)
    torch.manual_seed(seed)
    began = time.monotonic()
    network = network_of(weights)
    optimizer = Muon(list(network.parameters()), recipe.momentum)
    steps, done = recipe.epochs * recipe.steps_per_epoch(len(labels)), 0
    for _ in range(recipe.epochs):
        order = torch.randperm(len(labels))[: recipe.seen(len(labels))]
        for rows in order.split(recipe.batch_size):
            network.zero_grad()
            loss = functional.cross_entropy(
                network(images[rows]), labels[rows], label_smoothing=recipe.label_smoothing
            )
            loss.backward()
            optimizer.step(recipe.rate(done, steps))
            done += 1
    return time.monotonic() - began, accuracy(network, mnist)


class Muon:
    """``mnist_cnn.optimization.muon`` in PyTorch, whose own Muon takes no convolution kernels."""

    def __init__(self, parameters: list[nn.Parameter], momentum: float):
        """Begin with no momentum."""
        self.parameters, self.steps = parameters, 0
        self.settings = muon.Muon(momentum=momentum)
        self.means = [torch.zeros_like(parameter) for parameter in parameters]
        self.squares = [torch.zeros_like(parameter) for parameter in parameters]

    @torch.no_grad()
    def step(self, rate: float) -> None:
        """Move every parameter against its gradient."""
        of, self.steps = self.settings, self.steps + 1
        unbiased = (1 - of.beta_2**self.steps) ** 0.5 / (1 - of.beta_1**self.steps)
        last = len(self.parameters) - 2
        for index, parameter in enumerate(self.parameters):
            mean, square, gradient = self.means[index], self.squares[index], parameter.grad
            parameter.mul_(1 - rate * of.weight_decay)
            if parameter.ndim > 1 and index != last:
                mean.mul_(of.momentum).add_(gradient)
                matrix = (gradient + of.momentum * mean).reshape(len(parameter), -1)
                size = muon.RMS * max(matrix.shape) ** 0.5
                parameter.sub_(orthogonal(matrix).reshape(parameter.shape), alpha=rate * size)
                continue
            mean.mul_(of.beta_1).add_(gradient, alpha=1 - of.beta_1)
            square.mul_(of.beta_2).addcmul_(gradient, gradient, value=1 - of.beta_2)
            parameter.addcdiv_(mean, square.sqrt() + 1e-7, value=-rate * unbiased)


def orthogonal(matrix: torch.Tensor) -> torch.Tensor:
    """As ``muon.orthogonal``."""
    tall = matrix.shape[0] > matrix.shape[1]
    x = matrix.T if tall else matrix
    x = x / (x.norm() + 1e-7)
    a, b, c = muon.NEWTON_SCHULZ
    for _ in range(muon.ITERATIONS):
        square = x @ x.T
        x = a * x + (b * square + c * square @ square) @ x
    return x.T if tall else x


def tensors(images: np.ndarray, labels: np.ndarray) -> tuple[torch.Tensor, torch.Tensor]:
    """Return float32 ``(n, 1, 28, 28)`` in [0, 1], and int64 labels."""
    pictures = model.as_input(images).transpose(0, 3, 1, 2).copy()
    return torch.from_numpy(pictures), torch.from_numpy(labels.astype(np.int64))


@torch.no_grad()
def accuracy(network: nn.Sequential, mnist: Mnist) -> float:
    """Return the share of test digits read right."""
    images, labels = tensors(mnist.test_images, mnist.test_labels)
    right = [network(part).argmax(1) for part in images.split(1000)]
    return float((torch.cat(right) == labels).float().mean())
