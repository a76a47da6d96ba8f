#ifndef VIGIE_KERNELS_H
#define VIGIE_KERNELS_H
#endif
