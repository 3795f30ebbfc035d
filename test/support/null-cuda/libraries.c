/*
 * CUDA's libraries, doing nothing: in their place ONNX Runtime's CUDA provider plans, allocates, copies and launches as on a
 * GPU, and no kernel computes. Memory of the device is the host's. What a call answers that is not written here is success;
 * the interfaces are those of CUDA 13 and cuDNN 9 (NVIDIA's headers). Compiled once for each library, with -DLIB_<name>.
 *
 * NULL_CUDA_MEMORY  bytes of the device: more is refused, as a GPU would (default: no limit)
 * NULL_CUDA_LOG     a file that gets a line for every launch, and every request for memory, that is refused
 */
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SUCCESS = 0, OUT_OF_MEMORY = 2, INVALID_CONFIGURATION = 9 };
typedef void *Pointer;

#ifdef LIB_cudart
typedef struct {
  unsigned x, y, z;
} Dim3;

static size_t taken;

static void note(const char *what, size_t a, size_t b, size_t c) {
  const char *log = getenv("NULL_CUDA_LOG");
  FILE *file = log ? fopen(log, "a") : NULL;
  if (!file) return;
  fprintf(file, "%s %zu %zu %zu\n", what, a, b, c);
  fclose(file);
}

static int take(Pointer *p, size_t bytes) {
  *p = calloc(1, bytes ? bytes : 1);
  return *p ? SUCCESS : OUT_OF_MEMORY;
}

int cudaMalloc(Pointer *p, size_t bytes) {
  const char *limit = getenv("NULL_CUDA_MEMORY");
  if (limit && taken + bytes > strtoull(limit, NULL, 10)) {
    note("memory", bytes, taken, 0);
    return OUT_OF_MEMORY;
  }
  if (take(p, bytes)) return OUT_OF_MEMORY;
  taken += malloc_usable_size(*p);
  return SUCCESS;
}
int cudaFree(Pointer p) {
  if (p) taken -= malloc_usable_size(p);
  free(p);
  return SUCCESS;
}
int cudaMallocHost(Pointer *p, size_t bytes) { return take(p, bytes); }
int cudaHostAlloc(Pointer *p, size_t bytes, unsigned flags) { return take(p, bytes); }
int cudaFreeHost(Pointer p) {
  free(p);
  return SUCCESS;
}
int cudaMemGetInfo(size_t *available, size_t *total) {
  *available = *total = (size_t)80 << 30;
  return SUCCESS;
}

int cudaGetDeviceCount(int *n) { return *n = 1, SUCCESS; }
int cudaGetDevice(int *n) { return *n = 0, SUCCESS; }
int cudaDriverGetVersion(int *v) { return *v = 13000, SUCCESS; }
int cudaRuntimeGetVersion(int *v) { return *v = 13000, SUCCESS; }

/* cudaDeviceProp of CUDA 13: 1008 bytes; an H100's figures where the provider looks at them. */
int cudaGetDeviceProperties(char *properties, int device) {
  const struct {
    int offset, value;
  } figures[] = {
      {296, 49152},   {304, 65536}, {308, 32},  {320, 1024}, {324, 1024},     {328, 1024},   {332, 64},     {336, 2147483647}, {340, 65535},
      {344, 65535}, {360, 9},   {364, 0},   {384, 132},  {596, 50 << 20}, {604, 2048}, {624, 233472}, {632, 65536},      {672, 232448},
  };
  memset(properties, 0, 1008);
  strcpy(properties, "a device that does nothing");
  *(size_t *)(properties + 288) = (size_t)80 << 30;
  for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) memcpy(properties + figures[i].offset, &figures[i].value, sizeof(int));
  return SUCCESS;
}
int cudaDeviceGetAttribute(int *value, int attribute, int device) {
  switch (attribute) {
    case 1: return *value = 1024, SUCCESS;    /* threads of a block */
    case 8: return *value = 49152, SUCCESS;   /* shared memory of a block */
    case 10: return *value = 32, SUCCESS;     /* threads of a warp */
    case 16: return *value = 132, SUCCESS;    /* multiprocessors */
    case 75: return *value = 9, SUCCESS;      /* compute capability */
    case 76: return *value = 0, SUCCESS;
    case 97: return *value = 232448, SUCCESS; /* shared memory of a block, at most */
    default: return *value = 1, SUCCESS;
  }
}

enum { DEVICE_TO_DEVICE = 3 };
int cudaMemcpyAsync(Pointer to, const void *from, size_t bytes, int kind, Pointer stream) {
  if (kind != DEVICE_TO_DEVICE) memcpy(to, from, bytes);
  return SUCCESS;
}
int cudaMemcpy(Pointer to, const void *from, size_t bytes, int kind) { return cudaMemcpyAsync(to, from, bytes, kind, NULL); }
int cudaPointerGetAttributes(int *attributes, Pointer p) {
  memset(attributes, 0, 88);
  attributes[0] = 2; /* the device's */
  return SUCCESS;
}

int cudaStreamCreate(Pointer *p) { return take(p, 64); }
int cudaStreamCreateWithFlags(Pointer *p, unsigned flags) { return take(p, 64); }
int cudaStreamIsCapturing(Pointer stream, int *status) { return *status = 0, SUCCESS; }
int cudaEventCreate(Pointer *p) { return take(p, 64); }
int cudaEventCreateWithFlags(Pointer *p, unsigned flags) { return take(p, 64); }
int cudaEventElapsedTime(float *milliseconds, Pointer from, Pointer to) { return *milliseconds = 0, SUCCESS; }
int cudaLaunchHostFunc(Pointer stream, void (*function)(Pointer), Pointer data) { return function(data), SUCCESS; }
int cudaFuncGetAttributes(char *attributes, Pointer function) {
  memset(attributes, 0, 144);
  *(int *)(attributes + 24) = 1024; /* threads of a block */
  return SUCCESS;
}
int cudaOccupancyMaxActiveBlocksPerMultiprocessorWithFlags(int *blocks, Pointer f, int size, size_t shared, unsigned flags) { return *blocks = 2, SUCCESS; }
int cudaGetDriverEntryPointByVersion(const char *name, Pointer *f, unsigned version, unsigned long long flags, int *status) {
  *f = NULL;
  if (status) *status = 1; /* not found */
  return SUCCESS;
}
const char *cudaGetErrorName(int error) { return error == OUT_OF_MEMORY ? "cudaErrorMemoryAllocation" : "cudaError"; }
const char *cudaGetErrorString(int error) { return error == OUT_OF_MEMORY ? "out of memory" : "an error of the device that does nothing"; }

static __thread struct {
  Dim3 grid, block;
  size_t shared;
  Pointer stream;
} pushed;
Pointer __cudaRegisterFatBinary(Pointer binary) { return malloc(64); }
unsigned __cudaPushCallConfiguration(Dim3 grid, Dim3 block, size_t shared, Pointer stream) {
  pushed.grid = grid;
  pushed.block = block;
  pushed.shared = shared;
  pushed.stream = stream;
  return 0;
}
int __cudaPopCallConfiguration(Dim3 *grid, Dim3 *block, size_t *shared, Pointer *stream) {
  *grid = pushed.grid;
  *block = pushed.block;
  *shared = pushed.shared;
  *stream = pushed.stream;
  return SUCCESS;
}
int __cudaGetKernel(Pointer *kernel, Pointer function) { return *kernel = function, SUCCESS; }

/* The limits of every GPU since compute capability 3. */
int __cudaLaunchKernel(Pointer kernel, Dim3 grid, Dim3 block, Pointer *arguments, size_t shared, Pointer stream) {
  const int fits = grid.x && grid.y && grid.z && grid.x <= 2147483647u && grid.y <= 65535 && grid.z <= 65535 && block.x &&
                   block.y && block.z && block.x * block.y * block.z <= 1024;
  if (fits) return SUCCESS;
  note("grid", grid.x, grid.y, grid.z);
  note("block", block.x, block.y, block.z);
  return INVALID_CONFIGURATION;
}
int cudaLaunchKernel(Pointer f, Dim3 grid, Dim3 block, Pointer *arguments, size_t shared, Pointer stream) {
  return __cudaLaunchKernel(f, grid, block, arguments, shared, stream);
}
#endif

#ifdef LIB_cublas
int cublasGetMathMode(Pointer handle, int *mode) { return *mode = 0, SUCCESS; }
const char *cublasGetStatusName(int status) { return "a status"; }
const char *cublasGetStatusString(int status) { return "a status"; }
#endif

#ifdef LIB_cublasLt
int cublasLtMatmulAlgoGetHeuristic(Pointer h, Pointer d, Pointer a, Pointer b, Pointer c, Pointer e, Pointer p, int asked, Pointer results, int *found) {
  memset(results, 0, 64);
  return *found = 1, SUCCESS;
}
#endif

#ifdef LIB_cudnn
size_t cudnnGetVersion(void) { return 91000; }
const char *cudnnGetErrorString(int status) { return "a status"; }
void cudnnGetLastErrorString(char *message, size_t length) {
  if (length) *message = 0;
}
int cudnnSetStream(Pointer *handle, Pointer stream) { return handle[1] = stream, SUCCESS; }
int cudnnGetStream(Pointer *handle, Pointer *stream) { return *stream = handle[1], SUCCESS; }
int cudnnGetReductionWorkspaceSize(Pointer h, Pointer r, Pointer a, Pointer c, size_t *bytes) { return *bytes = 1024, SUCCESS; }
int cudnnGetReductionIndicesSize(Pointer h, Pointer r, Pointer a, Pointer c, size_t *bytes) { return *bytes = 1024, SUCCESS; }
int cudnnBackendCreateDescriptor(int type, Pointer *descriptor) { return *descriptor = calloc(1, 4096), SUCCESS; }
int cudnnBackendDestroyDescriptor(Pointer descriptor) {
  free(descriptor);
  return SUCCESS;
}

/* Heuristics know one engine, which needs no workspace and has no knobs. */
int cudnnBackendGetAttribute(Pointer descriptor, int name, int type, int64_t asked, int64_t *count, Pointer values) {
  enum { HEURISTIC_RESULTS = 202, ENGINE_OF_CONFIG = 300, CONFIG_WORKSPACE = 303, CONFIG_SHARED_MEMORY = 304, PLAN_WORKSPACE = 402, ENGINES = 802, ENGINE_INDEX = 1301 };
  int64_t found = 0, value = 0;
  int size = 0;
  switch (name) {
    case HEURISTIC_RESULTS:
    case ENGINE_OF_CONFIG: found = 1; break;
    case CONFIG_SHARED_MEMORY: found = 1, size = 4; break;
    case CONFIG_WORKSPACE:
    case PLAN_WORKSPACE: found = 1, size = 8; break;
    case ENGINES:
    case ENGINE_INDEX: found = 1, size = 8, value = 1; break;
  }
  if (count) *count = found;
  if (values && size) memcpy(values, &value, size);
  return SUCCESS;
}
#endif
