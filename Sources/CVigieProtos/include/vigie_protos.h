#ifndef VIGIE_PROTOS_H
#define VIGIE_PROTOS_H
#endif
