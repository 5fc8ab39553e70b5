// BM1 in C, eight or sixteen residents at a time (AVX-512): what a hand-written pass reaches on this machine.
// One 64-bit hash a resident-month: low half health, high half transition. Residents in multiples of 16.
#include <immintrin.h>
#include <stdint.h>
#include <string.h>
#define G 0x9E3779B97F4A7C15ull
enum { NP = 9, NS = 5, NB = 5, NH = 4, NQ = 4, FIRST = 192, LAST = 780, CAP = 240, OTHER = 4, CELLS = NP * NS };
typedef struct { uint8_t *place, *health, *qual, *state, *dur, *ben; uint16_t *age; } Pop;
typedef struct {
    double worse[NB * NH], either[NB * NH], cum[NS * NB * NH * NQ * NS], decay[NS * (CAP + 1)], ben[NS * NH], qual[NQ];
    uint32_t total[NS * NB * NH * NQ], health[32];
} Tab;

static inline uint64_t mix(uint64_t x) {
    x ^= x >> 30; x *= 0xBF58476D1CE4E5B9ull; x ^= x >> 27; x *= 0x94D049BB133111EBull; return x ^ x >> 31;
}
static inline double unit(uint64_t h) { return (h >> 11) * 0x1p-53; }
static inline __m512i mixv(__m512i x) {
    x = _mm512_xor_si512(x, _mm512_srli_epi64(x, 30));
    x = _mm512_mullo_epi64(x, _mm512_set1_epi64(0xBF58476D1CE4E5B9ull));
    x = _mm512_xor_si512(x, _mm512_srli_epi64(x, 27));
    x = _mm512_mullo_epi64(x, _mm512_set1_epi64(0x94D049BB133111EBull));
    return _mm512_xor_si512(x, _mm512_srli_epi64(x, 31));
}
static inline __m512i half(__m512i a, __m512i b, int high) {
    const __m512i even = _mm512_set_epi32(30, 28, 26, 24, 22, 20, 18, 16, 14, 12, 10, 8, 6, 4, 2, 0);
    return _mm512_permutex2var_epi32(a, high ? _mm512_add_epi32(even, _mm512_set1_epi32(1)) : even, b);
}
static inline __m512i bytes(const uint8_t *x) { return _mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)x)); }

static void newborn(const Pop *p, const Tab *t, int64_t i, uint64_t key, int64_t *c) {
    double u = unit(mix(key + i * G)); int q = 0;
    while (u >= t->qual[q]) q++;
    c[p->place[i] * NS + p->state[i]]--; c[p->place[i] * NS + OTHER]++;
    p->age[i] = FIRST; p->health[i] = 0; p->qual[i] = q; p->state[i] = OTHER; p->dur[i] = 0; p->ben[i] = 0;
}
static void exits(const Pop *p, const Tab *t, int64_t i, uint32_t draw, int row, int dur, uint64_t key, int64_t *c) {
    double f = t->decay[p->state[i] * (CAP + 1) + dur], u = draw * 0x1p-32;
    const double *cum = t->cum + row * NS; int d = 0;
    if (u >= cum[NS - 1] * f) return;
    while (u >= cum[d] * f) d++;
    c[p->place[i] * NS + p->state[i]]--; c[p->place[i] * NS + d]++;
    p->state[i] = d; p->dur[i] = 0; p->ben[i] = unit(mix(key + i * G)) < t->ben[d * NH + p->health[i]];
}
static void month(const Pop *p, const Tab *t, int64_t lo, int64_t hi, const uint64_t *k, int64_t *c) {
    const __m512i lane = _mm512_set_epi64(7 * G, 6 * G, 5 * G, 4 * G, 3 * G, 2 * G, G, 0), one = _mm512_set1_epi32(1);
    const __m512i g8 = _mm512_set1_epi64(8 * G), h0 = _mm512_loadu_si512(t->health), h1 = _mm512_loadu_si512(t->health + 16);
    const int edges[4] = {300, 420, 600, 720};
    for (int64_t i = lo; i < hi; i += 16) {
        __m512i x = _mm512_add_epi64(lane, _mm512_set1_epi64(k[0] + i * G));
        __m512i a = mixv(x), b2 = mixv(_mm512_add_epi64(x, g8)), u1 = half(a, b2, 1), u0 = half(a, b2, 0);
        __m256i age16 = _mm256_loadu_si256((const __m256i *)(p->age + i));
        __m512i age = _mm512_cvtepu16_epi32(age16), b = _mm512_setzero_si512();
        for (int e = 0; e < 4; e++)
            b = _mm512_mask_add_epi32(b, _mm512_cmpge_epi32_mask(age, _mm512_set1_epi32(edges[e])), b, one);
        __m512i h = bytes(p->health + i), bh = _mm512_add_epi32(_mm512_slli_epi32(b, 2), h);
        __mmask16 m = _mm512_cmplt_epu32_mask(u0, _mm512_permutex2var_epi32(h0, bh, h1));
        if (m) {
            uint32_t U[16], B[16]; _mm512_storeu_si512(U, u0); _mm512_storeu_si512(B, bh);
            do {
                int j = __builtin_ctz(m); double u = U[j] * 0x1p-32; m &= m - 1;
                if (u < t->worse[B[j]]) p->health[i + j]++; else if (u < t->either[B[j]]) p->health[i + j]--;
            } while (m);
            h = bytes(p->health + i);
        }
        __m512i s = bytes(p->state + i), row = _mm512_add_epi32(_mm512_add_epi32(_mm512_slli_epi32(s, 2), s), b);
        row = _mm512_add_epi32(_mm512_slli_epi32(row, 2), h);
        row = _mm512_add_epi32(_mm512_slli_epi32(row, 2), bytes(p->qual + i));
        m = _mm512_cmplt_epu32_mask(u1, _mm512_i32gather_epi32(row, t->total, 4));
        __m128i d8 = _mm_loadu_si128((const __m128i *)(p->dur + i));
        __m128i longer = _mm_min_epu8(_mm_add_epi8(d8, _mm_set1_epi8(1)), _mm_set1_epi8((char)CAP));
        _mm_storeu_si128((__m128i *)(p->dur + i), longer);
        age16 = _mm256_add_epi16(age16, _mm256_set1_epi16(1));
        _mm256_storeu_si256((__m256i *)(p->age + i), age16);
        if (m) {
            uint32_t U[16], R[16]; uint8_t D[16];
            _mm512_storeu_si512(U, u1); _mm512_storeu_si512(R, row); _mm_storeu_si128((__m128i *)D, d8);
            for (; m; m &= m - 1) { int j = __builtin_ctz(m); exits(p, t, i + j, U[j], R[j], D[j], k[1], c); }
        }
        for (m = _mm256_cmpge_epu16_mask(age16, _mm256_set1_epi16(LAST)); m; m &= m - 1)
            newborn(p, t, i + __builtin_ctz(m), k[2], c);
    }
}
void run(const Pop *p, const Tab *t, int64_t lo, int64_t hi, int months, const uint64_t *keys, int64_t *out) {
    int64_t c[CELLS]; memset(c, 0, sizeof c);
    for (int64_t i = lo; i < hi; i++) c[p->place[i] * NS + p->state[i]]++;
    for (int m = 0; m < months; m++) { month(p, t, lo, hi, keys + 3 * m, c); memcpy(out + m * CELLS, c, sizeof c); }
}
