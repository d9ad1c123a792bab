/**
 * The engine compares quantized vectors by C functions for processors with AVX2 and by others for those without it, and
 * asks the processor which ones to call. But its build script lets the compiler use AVX2 in all of them
 * (qdrant-edge 0.9.0, build_quantization.rs). Here each function is told what it may use, by its name.
 */
const FUNCTIONS = {
  'sse4.2,popcnt': [
    'impl_score_dot_sse',
    'impl_score_l1_sse',
    'impl_xor_popcnt_sse_uint128',
    'impl_xor_popcnt_sse_uint64',
    'impl_xor_popcnt_sse_uint32',
    'impl_xor_popcnt_scalar8_sse_uint128',
    'impl_xor_popcnt_scalar4_sse_uint128',
    'impl_xor_popcnt_scalar8_sse_u8',
    'impl_xor_popcnt_scalar4_sse_u8'
  ],
  'avx2,fma': [
    'impl_score_dot_avx',
    'impl_score_l1_avx',
    'impl_xor_popcnt_scalar8_avx_uint128',
    'impl_xor_popcnt_scalar4_avx_uint128'
  ]
}

/** What C compilers have to be told beside what build scripts tell them: the environment of cargo for a target. */
export function compilerFlags(target) {
  if (!target.startsWith('x86_64-')) return {}
  return { [`CFLAGS_${target.replaceAll('-', '_')}`]: target.endsWith('-msvc') ? '/arch:SSE2' : gnuFlags() }
}

/** Flags that follow those of the build script, and so overrule its processor. */
function gnuFlags() {
  const named = Object.entries(FUNCTIONS).flatMap(([features, names]) =>
    names.map((name) => `-D${name}=__attribute__((target("${features}")))${name}`)
  )
  return ['-march=core2', ...named].join(' ')
}
