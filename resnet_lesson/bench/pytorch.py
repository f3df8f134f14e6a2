"""The source lesson's network in PyTorch, for `bench` alone.

PyTorch is not one of the course's packages; nothing else imports this.
"""

import torch
from torch import nn


class Block(nn.Module):
    """A block of `source_lesson.source_lesson_resnet`."""

    def __init__(self, before, filters, stride):
        super().__init__()
        self.residual = nn.Sequential(
            nn.BatchNorm2d(before),
            nn.ReLU(),
            nn.Conv2d(before, filters, 3, stride, padding=1, bias=False),
            nn.BatchNorm2d(filters),
            nn.ReLU(),
            nn.Conv2d(filters, filters, 3, padding=1, bias=False),
        )
        self.shortcut = nn.Identity()
        if stride != 1:
            self.shortcut = nn.Sequential(
                nn.BatchNorm2d(before),
                nn.ReLU(),
                nn.Conv2d(before, filters, 1, stride, bias=False),
            )

    def forward(self, x):
        return self.residual(x) + self.shortcut(x)


def source_lesson_network():
    """From images (batch, 1, 28, 28) to 10 logits."""
    layers = [nn.Conv2d(1, 16, 3, padding=1, bias=False)]
    before = 16
    for filters, stride in ((16, 1), (16, 1), (32, 2), (32, 1), (64, 2), (64, 1)):
        layers.append(Block(before, filters, stride))
        before = filters
    layers += [nn.BatchNorm2d(64), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten()]
    return nn.Sequential(*layers, nn.Linear(64, 10))


def plain_training(images, labels, batch_size):
    """A function that trains on each image once, in the channels-last layout.

    Args:
        images: float32 (n, 28, 28, 1).
        labels: int (n,).
        batch_size: images per step.
    """
    layout = torch.channels_last
    network = source_lesson_network().to(memory_format=layout)
    optimizer = torch.optim.AdamW(network.parameters(), lr=0.001)
    loss_of = nn.CrossEntropyLoss()
    images = torch.from_numpy(images).permute(0, 3, 1, 2)
    images = images.contiguous(memory_format=layout)
    labels = torch.from_numpy(labels)

    def epoch():
        for chosen in torch.randperm(len(labels)).split(batch_size):
            optimizer.zero_grad(set_to_none=True)
            loss = loss_of(network(images[chosen]), labels[chosen])
            loss.backward()
            optimizer.step()

    return epoch
