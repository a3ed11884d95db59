package bundle_test

import (
	"encoding/json"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"sgraph.ai/send/release/bundle"
)

// TestWhatIsServedIsUpToDate compares what services embed with what their sources make.
func TestWhatIsServedIsUpToDate(t *testing.T) {
	t.Parallel()
	for service, base := range map[string]string{"user": "", "admin": "/admin"} {
		folder := filepath.Join("..", "..", "services", service)
		site, err := bundle.Site(filepath.Join(folder, "web"), base)
		if err != nil {
			t.Fatal(err)
		}
		differences, err := bundle.Differences(filepath.Join(folder, "site"), site)
		if err != nil {
			t.Fatal(err)
		}
		if len(differences) > 0 {
			t.Errorf("services/%s/site is not what its sources make (run go generate ./services/%[1]s):\n%s",
				service, strings.Join(differences, "\n"))
		}
	}
}

// sources are pages with a script that draws in another, a worker and a picture.
var sources = map[string]string{
	"index.html": `<link href="/x/assets/looks.css"><link href="/x/assets/its.webmanifest">` +
		`<use href="/x/assets/shared/icons.svg#one"/><script type="module" src="/x/assets/index.js"></script>`,
	"robots.txt": "User-agent: *\n",
	"assets/index.js": "import { two } from './shared/two.js';\n" +
		"alert(two, new URL('./worker.js', import.meta.url));\n" +
		"import(new URL('./more-later.js', import.meta.url).href);\n",
	"assets/more-later.js":        "import { two } from './shared/two.js';\nconfirm(two);\n",
	"assets/shared/two.js":        "/** @type {number} */\nexport const two = 2;\n",
	"assets/shared/icons.svg":     "<svg/>",
	"assets/shared/types.d.ts":    "export type A = string;\n",
	"assets/crypto/worker.js":     "import { two } from '../shared/two.js';\npostMessage(two);\n",
	"assets/looks.css":            "@import './shared/base.css';\nb { color: red }\n",
	"assets/shared/base.css":      "a { color: blue }\n",
	"assets/its.webmanifest":      `{"icons":[{"src":"/x/assets/shared/icons.svg"}]}`,
	"assets/shared/never-used.js": "export const never = 0;\n",
}

func write(t *testing.T, files map[string]string) string {
	t.Helper()
	folder := t.TempDir()
	for name, content := range files {
		file := filepath.Join(folder, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

func TestSite(t *testing.T) {
	t.Parallel()
	site, err := bundle.Site(write(t, sources), "/x")
	if err != nil {
		t.Fatal(err)
	}
	again, err := bundle.Site(write(t, sources), "/x") // from another place
	if err != nil {
		t.Fatal(err)
	}
	names := slices.Sorted(maps.Keys(site))
	if !maps.EqualFunc(site, again, slices.Equal[[]byte]) {
		t.Errorf("the same sources make %q and %q", names, slices.Sorted(maps.Keys(again)))
	}
	digest := regexp.MustCompile(`^assets/([0-9a-f]{16})/`).FindStringSubmatch(names[0])
	if digest == nil {
		t.Fatalf("there are %q", names)
	}
	at := func(name string) string { return "assets/" + digest[1] + "/" + name }
	want := []string{
		at("icons.svg"), at("index.js"), at("its.webmanifest"), at("looks.css"), at("more-later.js"),
		at("worker.js"), "index.html", "robots.txt",
	}
	if !slices.Equal(names, want) {
		t.Fatalf("there are %q, not %q", names, want)
	}
	for name, has := range map[string][]string{
		"index.html": {
			`"/x/` + at("looks.css") + `"`, `"/x/` + at("its.webmanifest") + `"`, `"/x/` + at("icons.svg") + `#one"`,
			`"/x/` + at("index.js") + `"`,
		},
		at("index.js"): {
			"two = 2", `new URL("./worker.js", import.meta.url)`, `import(new URL("./more-later.js", import.meta.url).href)`,
		},
		at("worker.js"):       {"two = 2", "postMessage(two)"},
		at("more-later.js"):   {"two = 2", "confirm(two)"},
		at("looks.css"):       {"color: blue", "color: red"},
		at("its.webmanifest"): {`"src":"icons.svg"`},
	} {
		for _, part := range has {
			if !strings.Contains(string(site[name]), part) {
				t.Errorf("%s lacks %s: %s", name, part, site[name])
			}
		}
		if strings.Contains(string(site[name]), "import {") {
			t.Errorf("%s imports still: %s", name, site[name])
		}
	}

	changed := maps.Clone(sources)
	changed["assets/shared/two.js"] = "export const two = 3;\n"
	other, err := bundle.Site(write(t, changed), "/x")
	if err != nil {
		t.Fatal(err)
	}
	if other[at("index.js")] != nil {
		t.Error("another script has the same name")
	}
}

func TestSourcesThatAreWrong(t *testing.T) {
	t.Parallel()
	for name, file := range map[string][2]string{
		"a page that refers to nothing": {"index.html", `<link href="/x/assets/nothing.css">`},
		"a script that does not parse":  {"assets/index.js", "import {"},
		"an import of nothing":          {"assets/index.js", "import './nothing.js';"},
		"two files of one name":         {"assets/icons.svg", "<svg/>"},
	} {
		wrong := maps.Clone(sources)
		wrong[file[0]] = file[1]
		if site, err := bundle.Site(write(t, wrong), "/x"); err == nil {
			t.Errorf("%s: %d files", name, len(site))
		}
	}
}

func TestDifferences(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "site")
	site := map[string][]byte{"a": []byte("a"), "b/c": []byte("c")}
	for range 2 { // over what is there, too
		if err := bundle.Write(folder, site); err != nil {
			t.Fatal(err)
		}
		if got, err := bundle.Differences(folder, site); err != nil || len(got) != 0 {
			t.Fatalf("%q, %v", got, err)
		}
		if err := os.WriteFile(filepath.Join(folder, "more"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got, err := bundle.Differences(folder, map[string][]byte{"a": []byte("A"), "d": nil})
	want := []string{"a is another", "b/c is left over", "d is missing", "more is left over"}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%q, %v; not %q", got, err, want)
	}
}

// Of a catalogue each page and each script has in a file what it says, and neither what others say nor the original.
func TestAPageFetchesItsOwnWords(t *testing.T) {
	t.Parallel()
	spoken := map[string]string{
		"index.html": `<script src="/x/assets/choose.js" data-whose="index.html index.js"></script>` +
			`<script type="module" src="/x/assets/index.js"></script><!-- A remark -->` +
			"<p title=\"A title\">Run <code>it</code>,\n  <b></b> &amp; see.</p>",
		"other.html":               `<p>Elsewhere</p>`,
		"assets/choose.js":         "alert();\n",
		"assets/index.js":          "t('It\\'s \"long\" ' +\n 'enough'); tn('{{count}} file', '{{count}} files', n);\n",
		"assets/more-later.js":     "t('Later');\n",
		"assets/languages/en.json": `{}`,
		"assets/languages/de.json": `{"A title": "1", "Run <0>it</0>, <1/> & see.": "2", "Elsewhere": "3", "A remark": "4",
			"It's \"long\" enough": "5", "{{count}} files_one": "6", "{{count}} files_other": "7", "Later": "8", "files": "9"}`,
	}
	site, err := bundle.Site(write(t, spoken), "/x")
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for name, content := range site {
		if strings.HasSuffix(name, ".json") {
			var words map[string]string
			if err := json.Unmarshal(content, &words); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			got[path.Base(name)] = strings.Join(slices.Sorted(maps.Values(words)), "")
		}
	}
	if want := map[string]string{"index.html.de.json": "12", "index.js.de.json": "5678"}; !maps.Equal(got, want) {
		t.Errorf("of the words there are %v, not %v", got, want)
	}

	for fault, page := range map[string]string{
		"a page that is another": `<script data-whose="other.html index.js"></script>`,
		"no script":              `<script data-whose="index.html none.js"></script>`,
	} {
		wrong := maps.Clone(spoken)
		wrong["index.html"] = page
		if _, err := bundle.Site(write(t, wrong), "/x"); err == nil {
			t.Errorf("%s is taken", fault)
		}
	}
}
