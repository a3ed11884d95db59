package pipelines

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

// object is a mapping of YAML, or of JSON.
type object = map[string]any

// workflows reads the workflow files of a checkout, by their names.
func workflows(t *testing.T, dir string) map[string]object {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, ".github", "workflows", "*.yml"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no workflows in %s (%v)", dir, err)
	}
	files := map[string]object{}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var file object
		if err := yaml.Unmarshal(text, &file); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		files[filepath.Base(name)] = file
	}
	return files
}

// render writes the workflow files of a checkout as act is to run them: what GitHub
// does and act does not, a part of the workflow itself.
func render(t *testing.T, dir string, r *run) {
	t.Helper()
	files, originals := workflows(t, dir), workflows(t, dir)
	for name, file := range files {
		jobs := part(file, "jobs")
		for id, job := range jobs {
			call, in := job.(object), name
			if uses, ok := call["uses"].(string); ok {
				called := originals[filepath.Base(uses)]
				if called == nil {
					t.Fatalf("%s: %s calls %s, which is not there", name, id, uses)
				}
				if len(part(called, "jobs")) != 1 {
					if call["secrets"] != "inherit" {
						t.Fatalf("%s: %s is called without secrets, which nothing plays", name, id)
					}
					delete(call, "secrets")
					continue // which act does well enough: nothing has to run after a failure
				}
				job = inline(call, called)
				jobs[id], in = job, filepath.Base(uses)
			} else {
				call["secrets"] = "inherit" // it has all
			}
			play(id, in, job.(object), file, r)
		}
		text, err := yaml.Marshal(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, ".github", "workflows", name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func part(of object, names ...string) object {
	for _, name := range names {
		of, _ = of[name].(object)
	}
	return of
}

// inline answers the job of a called workflow that has only one, in place of the
// job that calls it: act ends a run as soon as a called workflow has failed.
func inline(call, called object) object {
	var inner object
	for _, job := range part(called, "jobs") {
		inner = job.(object)
	}
	inputs := map[string]string{}
	for name, declared := range part(called, "on", "workflow_call", "inputs") {
		value, ok := part(call, "with")[name]
		if !ok {
			value = declared.(object)["default"]
		}
		inputs[name] = expression(value)
	}
	job := substituted(inner, func(e string) string {
		return inputReference.ReplaceAllStringFunc(e, func(found string) string {
			m := inputReference.FindStringSubmatch(found)
			return m[1] + inputs[m[2]]
		})
	}).(object)
	for _, name := range []string{"needs", "if", "strategy", "secrets"} {
		if value, ok := call[name]; ok {
			job[name] = value
		}
	}
	if _, ok := job["permissions"]; !ok { // then they are the caller's, less what the called workflow takes away
		job["permissions"] = call["permissions"]
		if file, ok := called["permissions"]; ok {
			job["permissions"] = file
		}
	}
	outputs := object{}
	for name, declared := range part(called, "on", "workflow_call", "outputs") {
		value, _ := declared.(object)["value"].(string)
		inner := value[strings.LastIndex(value, ".")+1:]
		outputs[name] = part(job, "outputs")[strings.TrimSpace(strings.TrimSuffix(inner, "}}"))]
	}
	job["outputs"] = outputs
	return job
}

var (
	inputReference = regexp.MustCompile(`(^|[^.\w-])inputs\.([\w-]+)`)
	embedded       = regexp.MustCompile(`\$\{\{(.*?)\}\}`)
)

// expression answers what has a value of YAML as its value.
func expression(value any) string {
	text, ok := value.(string)
	if !ok && value != nil {
		return fmt.Sprint(value)
	}
	found := embedded.FindAllStringSubmatchIndex(text, -1)
	if len(found) == 1 && found[0][0] == 0 && found[0][1] == len(text) {
		return "(" + strings.TrimSpace(text[found[0][2]:found[0][3]]) + ")"
	}
	if len(found) == 0 {
		return quoted(text)
	}
	form, arguments, last := "", "", 0
	for i, at := range found {
		form += text[last:at[0]] + fmt.Sprintf("{%d}", i)
		arguments += ", " + strings.TrimSpace(text[at[2]:at[3]])
		last = at[1]
	}
	return "format(" + quoted(form+text[last:]) + arguments + ")"
}

func quoted(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

// substituted copies a value of YAML with all its expressions changed.
func substituted(value any, change func(expression string) string) any {
	switch value := value.(type) {
	case object:
		copied := object{}
		for name, v := range value {
			if text, ok := v.(string); ok && name == "if" && !strings.Contains(text, "${{") {
				v = change(text)
			} else {
				v = substituted(v, change)
			}
			copied[name] = v
		}
		return copied
	case []any:
		var copied []any
		for _, v := range value {
			copied = append(copied, substituted(v, change))
		}
		return copied
	case string:
		return embedded.ReplaceAllStringFunc(value, func(found string) string {
			return "${{" + change(found[3:len(found)-2]) + "}}"
		})
	}
	return value
}

var contextReference = regexp.MustCompile(`(^|[^.\w-])(secrets|vars|github)\.(\w+)`)

// play has a job enter and leave by way of GitHub, which holds it up as the job's
// environment and concurrency say, with the secrets and variables of the environment
// and a token that may do what the job's permissions say. The steps are those of the
// workflow in.
func play(id, in string, job, file object, r *run) {
	steps, ok := job["steps"].([]any)
	if !ok {
		return
	}
	environment, deployment := job["environment"], any(true)
	if with, ok := environment.(object); ok {
		environment = with["name"]
		if d, ok := with["deployment"]; ok {
			deployment = d
		}
	}
	enter := object{
		"JOB": id, "ENVIRONMENT": text(environment), "DEPLOYMENT": text(deployment),
		"GROUP": text(part(job, "concurrency")["group"]), "QUEUE": text(part(job, "concurrency")["queue"]),
	}
	if group, ok := job["concurrency"].(string); ok {
		enter["GROUP"] = group
	}
	token := quoted(r.token(id, in, permissions(job, file)))
	changed := substituted(object{"steps": steps, "env": job["env"], "outputs": job["outputs"]}, func(e string) string {
		return contextReference.ReplaceAllStringFunc(e, func(found string) string {
			m := contextReference.FindStringSubmatch(found)
			switch {
			case m[2] == "github" && m[3] == "token" || m[2] == "secrets" && m[3] == "GITHUB_TOKEN":
				return m[1] + token
			case m[2] == "github":
				return found
			case m[2] == "secrets" && job["secrets"] == nil: // called without them
				return m[1] + "''"
			}
			prefix := ""
			if m[2] == "secrets" {
				prefix = secretPrefix
			}
			value := "vars['" + prefix + m[3] + "']"
			if environment != nil {
				value = fmt.Sprintf("(vars[format('%s{0}/%s', %s)] || %s)", prefix, m[3], expression(environment), value)
			}
			return m[1] + value
		})
	}).(object)
	maps.DeleteFunc(changed, func(_ string, v any) bool { return v == nil })
	maps.Copy(job, changed)

	env, _ := job["env"].(object)
	if env == nil {
		env = object{}
	}
	env["JOB_TOKEN"] = "${{ " + token + " }}"
	job["env"] = env
	const ask = `curl -sS --fail-with-body -H "Authorization: Bearer $JOB_TOKEN" ` +
		`"$GITHUB_API_URL/standin/$GITHUB_REPOSITORY/runs/$GITHUB_RUN_ID/jobs/$JOB/`
	steps = append([]any{object{
		"name": enterStep, "env": enter, "shell": "bash",
		"run": ask + `enter" --data-urlencode "environment=$ENVIRONMENT" --data-urlencode "deployment=$DEPLOYMENT" ` +
			`--data-urlencode "group=$GROUP" --data-urlencode "queue=$QUEUE"`,
	}}, job["steps"].([]any)...)
	job["steps"] = append(steps, object{
		"name": leaveStep, "if": "always()", "shell": "bash",
		"env": object{"JOB": id, "ENVIRONMENT": enter["ENVIRONMENT"], "STATUS": "${{ job.status }}"},
		"run": ask + `leave" --data-urlencode "environment=$ENVIRONMENT" -d "status=$STATUS"`,
	})
	for _, played := range []string{"environment", "concurrency", "secrets"} {
		delete(job, played)
	}
}

// secretPrefix is what secrets are called by among the variables: act gives a called
// workflow its secrets in a way that breaks where two jobs of it run at once.
const secretPrefix = "secret/"

const (
	enterStep = "GitHub admits the job"
	leaveStep = "GitHub hears that the job has ended"
)

func text(value any) string {
	if value == nil {
		return ""
	}
	return fmt.Sprint(value)
}

// permissions are those of a job's token.
func permissions(job, file object) object {
	if own, ok := job["permissions"].(object); ok {
		return own
	}
	return part(file, "permissions")
}
