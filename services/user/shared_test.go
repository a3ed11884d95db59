package user_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"sgraph.ai/send/services/user"
)

// unread is a body that must not be read.
type unread struct{ t *testing.T }

func (u unread) Read([]byte) (int, error) {
	u.t.Error("what was shared was read")
	return 0, http.ErrBodyReadAfterClose
}

func (unread) Close() error { return nil }

// What another app shares is for the browser, and not for this service.
func TestWhatIsSharedIsNotRead(t *testing.T) {
	t.Parallel()
	pages, _ := user.Pages()
	r := httptest.NewRequest(http.MethodPost, "/share/", nil)
	r.Body, r.ContentLength = unread{t}, 1<<20
	r.Header.Set("Content-Type", "multipart/form-data; boundary=x")
	w := httptest.NewRecorder()
	pages.ServeHTTP(w, r)
	if where := w.Header().Get("Location"); w.Code != http.StatusSeeOther || where != "/#not-shared" {
		t.Errorf("it answers %d, and leads to %q", w.Code, where)
	}
	if w.Header().Get("Connection") != "close" {
		t.Error("the connection stays, on which the rest comes")
	}
}
