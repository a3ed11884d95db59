package user

import (
	"net/http"
	"path"
	"strings"

	"github.com/gorilla/mux"

	"sgraph.ai/send/shared/wire"
)

// original is the language in which the pages are written: of its words none are to be fetched.
const original = "en"

// translations are where the words are that a page shows first, by their language.
type translations map[string]string

// wordsOf returns those of a page, out of the names of all assets.
func wordsOf(assets []string, page string) translations {
	all := translations{}
	for _, name := range assets {
		words, is := strings.CutPrefix(path.Base(name), page+".")
		if language, isCatalogue := strings.CutSuffix(words, ".json"); is && isCatalogue {
			all[language] = "/" + name
		}
	}
	return all
}

// hinted has a browser ask for the words that a page will want together with what it names: its script, which would ask
// for them, knows a round trip later. It knows better, too, since it has what somebody chose: where that is another
// language, what came is of no use.
func (t translations) hinted(page http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Add("Vary", wire.AcceptLanguage.Name)
		if words := t[t.guess(r)]; words != "" {
			h.Set("Link", wire.Preload(words))
		}
		page.ServeHTTP(w, r)
	})
}

// guess returns the first language that there is of an old link's and those of the browser, which says them by
// preference.
func (t translations) guess(r *http.Request) string {
	tags := mux.Vars(r)["locale"] + "," + strings.Join(r.Header[wire.AcceptLanguage.Key()], ",")
	for tag := range strings.SplitSeq(tags, ",") {
		tag, _, _ = strings.Cut(tag, ";")
		language, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(tag)), "-")
		if language == original || t[language] != "" {
			return language
		}
	}
	return original
}
