package envelope

import (
	"math"
	"testing"
)

// PlainSize and sealedSize are inverse, and PlainSize knows no other sizes.
func TestSizesAreInverse(t *testing.T) {
	t.Parallel()
	for _, form := range []Form{V1, V2} {
		next := int64(0) // the plain size whose sealed size is to come
		for sealed := range int64(3*segmentSize + 100) {
			plain := form.PlainSize(sealed)
			if form.sealedSize(next) == sealed {
				if plain != next {
					t.Fatalf("%v: %d bytes hold %d, not %d", form, sealed, plain, next)
				}
				next++
			} else if plain != -1 {
				t.Fatalf("%v: nothing seals to %d bytes, PlainSize says %d", form, sealed, plain)
			}
		}
	}
	for _, plain := range []int64{10 << 30, 1 << 50} {
		if got := V2.PlainSize(V2.sealedSize(plain)); got != plain {
			t.Errorf("%d: %d", plain, got)
		}
	}
	if V2.PlainSize(math.MaxInt64) < 1<<62 {
		t.Error("the largest size overflows")
	}
	for _, sealed := range []int64{-1, math.MinInt64, 0} {
		if V1.PlainSize(sealed) != -1 || V2.PlainSize(sealed) != -1 || Form(9).PlainSize(100) != -1 {
			t.Errorf("%d is the size of something", sealed)
		}
	}
}

func TestMatches(t *testing.T) {
	t.Parallel()
	v2 := V2.sealedSize(5 << 20)
	for _, c := range []struct {
		form             Form
		declared, sealed int64
		want             bool
	}{
		{V1, 0, 64, true}, {V1, 64, 64, true}, {V1, 36, 64, true},
		{V1, 35, 64, false}, {V1, 5, 64, false}, {V1, -1, 64, false}, {V1, -1, 3, false},
		{V2, 0, v2, true}, {V2, v2, v2, true}, {V2, 5 << 20, v2, true},
		{V2, 5<<20 + 1, v2, false}, {V2, v2 - 28, v2, false},
	} {
		if got := c.form.Matches(c.declared, c.sealed); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
}
