package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"net/http"
	"os"

	"sgraph.ai/send/release/github"
)

func commentCommand(f *flag.FlagSet) func(context.Context) error {
	number := f.Int("pull-request", 0, "its number")
	marker := f.String("marker", "", "what the comment is about; finds it again")
	dir := f.String("reports", "reports", "folder of Markdown files, put together in the order of their names")
	return func(ctx context.Context) error {
		texts, err := reports(*dir)
		if err != nil {
			return err
		}
		if len(texts) == 0 {
			fmt.Println("no reports, no comment")
			return nil
		}
		return say(fromEnvironment().Comment(ctx, *number, *marker, texts...))
	}
}

func issueCommand(f *flag.FlagSet) func(context.Context) error {
	marker := f.String("marker", "", "what the issue is about; finds it again")
	title := f.String("title", "", "its title")
	dir := f.String("reports", "reports", "folder of Markdown files; none means that all is well, and closes the issue")
	return func(ctx context.Context) error {
		texts, err := reports(*dir)
		if err != nil {
			return err
		}
		if len(texts) == 0 {
			return say(fromEnvironment().CloseIssue(ctx, *marker, "All is well again: "+runURL()))
		}
		return say(fromEnvironment().OpenIssue(ctx, *marker, *title, append(texts, "From "+runURL()+"\n")...))
	}
}

// mostReport is what one report may have, in bytes. GitHub takes far less.
const mostReport = 4 << 20

// reports answers the Markdown files of a folder, which need not exist, in the
// order of their names. What a pull request's run wrote is among them: what leads
// out of the folder is refused, or a comment could show what this process is told.
func reports(dir string) (texts []string, err error) {
	root, err := os.OpenRoot(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer root.Close()
	names, err := fs.Glob(root.FS(), "*.md")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		about, err := root.Stat(name)
		if err != nil {
			return nil, err
		}
		if !about.Mode().IsRegular() || about.Size() > mostReport {
			return nil, fmt.Errorf("the report %s is no file of at most %d bytes", name, mostReport)
		}
		text, err := root.ReadFile(name)
		if err != nil {
			return nil, err
		}
		texts = append(texts, string(text))
	}
	return texts, nil
}

func fromEnvironment() github.Client {
	return github.Client{
		API: os.Getenv("GITHUB_API_URL"), Repo: os.Getenv("GITHUB_REPOSITORY"), Token: os.Getenv("GITHUB_TOKEN"),
		HTTP: http.DefaultClient,
	}
}

func runURL() string {
	return fmt.Sprintf("%s/%s/actions/runs/%s",
		os.Getenv("GITHUB_SERVER_URL"), os.Getenv("GITHUB_REPOSITORY"), os.Getenv("GITHUB_RUN_ID"))
}

func say(address string, err error) error {
	if err != nil {
		return errors.Join(errors.New("the report did not reach GitHub"), err)
	}
	if address == "" {
		address = "nothing to do"
	}
	fmt.Println(address)
	return nil
}
