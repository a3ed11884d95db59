package web

import (
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sgraph.ai/send/shared/send"
)

// The page of the wire contract has the statuses by which codes are answered.
func TestThePageHasEveryStatus(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "contract.md"))
	if err != nil {
		t.Fatal(err)
	}
	answered := map[send.Code]int{send.Internal: http.StatusInternalServerError}
	maps.Copy(answered, statuses)
	for code, status := range answered {
		if row := fmt.Sprintf("\n| `%s` | %d |", code, status); !strings.Contains(string(page), row) {
			t.Errorf("docs/contract.md, 3.3 does not say that %s is answered by %d", code, status)
		}
	}
}
