"""matplotlib: a figure with several kinds of plot, as a PNG: in base64 on standard output, and as a file that comes back."""

import base64
import os
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

x = np.linspace(0, 10, 500)
figure, axes = plt.subplots(2, 2, figsize=(8, 6), dpi=100)
axes[0, 0].plot(x, np.sin(x), label="sin")
axes[0, 0].plot(x, np.cos(x), label="cos")
axes[0, 0].legend()
axes[0, 1].hist(np.random.default_rng(7).normal(size=1000), bins=30)
axes[1, 0].imshow(np.outer(np.sin(x), np.cos(x)))
axes[1, 1].scatter(x[::10], x[::10] ** 2, c=x[::10])
axes[1, 1].set_title(r"$x^2$, größer")
figure.tight_layout()
name = os.path.join(os.environ.get("WARDER_ARTIFACTS", "."), "plot.png")
figure.savefig(name, metadata={"Software": None})
with open(name, "rb") as file:
    sys.stdout.write(base64.b64encode(file.read()).decode() + "\n")
