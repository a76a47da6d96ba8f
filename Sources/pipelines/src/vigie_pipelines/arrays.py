"""The array types that the package passes around."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
"""float64: a vector, or rows × features in the engine's row semantics (see `data.features`)."""

Labels = npt.NDArray[np.int8]
"""0 for good (paid back), 1 for bad (defaulted), one a row."""

Indices = npt.NDArray[np.intp]
"""Row numbers."""
