package web_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"sgraph.ai/send/shared/web"
)

type order struct {
	Name  string         `json:"name"`
	Size  int64          `json:"size"`
	Ratio float64        `json:"ratio"`
	Quick bool           `json:"quick"`
	Parts []part         `json:"parts"`
	Until time.Time      `json:"until"`
	Meta  map[string]any `json:"meta"`
}

type part struct {
	Number int `json:"number"`
}

func TestReadJSON(t *testing.T) {
	t.Parallel()
	server, _ := site(t, web.Settings{}, route("/", func(w http.ResponseWriter, r *http.Request) error {
		v := order{Name: "as it was"}
		if err := web.ReadJSON(w, r, &v); err != nil {
			return err
		}
		web.WriteJSON(w, http.StatusOK, v.Name)
		return nil
	}))
	field := func(kind, loc, msg string) string {
		return fmt.Sprintf(`400 {"detail":[{"type":%q,"loc":[%s],"msg":%q,"input":null}],"code":"invalid"}`, kind, loc, msg)
	}
	said := func(detail string) string { return "400 " + failure("invalid", detail) }
	invalid := said("the request's body is not valid JSON")
	for body, want := range map[string]string{
		``:                                      `200 "as it was"`,
		" \n":                                   `200 "as it was"`,
		`null`:                                  `200 "as it was"`,
		`{}`:                                    `200 "as it was"`,
		`{"name":"n","unknown":[{"a":{}}]}`:     `200 "n"`,
		`{"meta":{"a":1,"b":{"a":2}}}`:          `200 "as it was"`,
		`{"parts":[{"number":1},{"number":2}]}`: `200 "as it was"`,
		`{"name":`:                              invalid,
		`{"name":"n"} x`:                        invalid,
		`{"name":"n"}{"name":"m"}`:              invalid,
		`{'name':'n'}`:                          invalid,
		"{\"name\":\"\xff\"}":                   invalid,
		`{"name":"n","size":1,"name":"m"}`:      said(`the request's body has the field "name" twice`),
		`{"meta":{"x":[{"k":1,"k":2}]}}`:        said(`the request's body has the field "k" twice`),
		`{"size":"canary"}`:                     field("int_type", `"body","size"`, "size must be a whole number"),
		`{"size":1.5}`:                          field("int_type", `"body","size"`, "size must be a whole number"),
		`{"size":99999999999999999999}`:         field("int_type", `"body","size"`, "size must be a whole number"),
		`{"name":{"canary":1}}`:                 field("string_type", `"body","name"`, "name must be a text"),
		`{"ratio":"canary"}`:                    field("float_type", `"body","ratio"`, "ratio must be a number"),
		`{"quick":"canary"}`:                    field("bool_type", `"body","quick"`, "quick must be true or false"),
		`{"parts":"canary"}`:                    field("list_type", `"body","parts"`, "parts must be a list"),
		`{"meta":"canary"}`:                     field("dict_type", `"body","meta"`, "meta must be an object"),
		`{"parts":[{"number":"canary"}]}`: field("int_type", `"body","parts","number"`,
			"parts.number must be a whole number"),
		`["canary"]`:         field("dict_type", `"body"`, "the request's body must be an object"),
		`{"until":"canary"}`: said("the request's body has a value that cannot be read"),
	} {
		resp, got := do(t, http.MethodPost, server.URL, nil, body)
		if got := fmt.Sprint(resp.StatusCode, " ", got); got != want {
			t.Errorf("%s\ngot  %s\nwant %s", body, got, want)
		}
	}
	for size, want := range map[int]int{64 << 10: 200, 64<<10 + 1: 413, 8 << 20: 413} {
		body := `{"name":"n"}` + strings.Repeat(" ", size-12)
		resp, got := do(t, http.MethodPost, server.URL, nil, body)
		if resp.StatusCode != want || !json.Valid([]byte(got)) {
			t.Errorf("%d bytes: %d %s", size, resp.StatusCode, got)
		}
	}
	deep := strings.Repeat(`{"meta":`, 9000) + "1" + strings.Repeat("}", 9000)
	if resp, _ := do(t, http.MethodPost, server.URL, nil, deep); resp.StatusCode != 413 && resp.StatusCode != 200 {
		t.Errorf("deep nesting: %d", resp.StatusCode)
	}
}
