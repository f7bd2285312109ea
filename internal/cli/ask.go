package cli

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"golang.org/x/term"
)

// asker asks somebody at a terminal.
type asker struct {
	in  *bufio.Reader
	out io.Writer
	tty *os.File // without echo where a secret is typed; nil: it is no terminal
}

// asker returns nil where nobody is there to be asked.
func (in *invocation) asker() *asker {
	tty, ok := in.terminal.Stdin.(*os.File)
	if !ok || !term.IsTerminal(int(tty.Fd())) {
		return nil
	}
	return &asker{in: bufio.NewReader(tty), out: in.terminal.Stdout, tty: tty}
}

// text asks for one line. An empty one is the default; without a default it asks again.
func (a *asker) text(question, byDefault string) (string, error) {
	for {
		fmt.Fprint(a.out, question)
		if byDefault != "" {
			fmt.Fprintf(a.out, " [%s]", byDefault)
		}
		fmt.Fprint(a.out, ": ")
		line, err := a.in.ReadString('\n')
		if err != nil {
			fmt.Fprintln(a.out)
			return "", errors.New("no answer")
		}
		if text := cmp.Or(strings.TrimSpace(line), byDefault); text != "" {
			return text, nil
		}
	}
}

// optional asks for one line that may be empty.
func (a *asker) optional(question string) (string, error) {
	text, err := a.text(question+" (- for none)", "-")
	if text == "-" {
		text = ""
	}
	return text, err
}

// secret asks for one line, which is not shown, and may be empty.
func (a *asker) secret(question string) (string, error) {
	if a.tty == nil {
		return a.optional(question)
	}
	fmt.Fprint(a.out, question+" (nothing for none): ")
	text, err := term.ReadPassword(int(a.tty.Fd()))
	fmt.Fprintln(a.out)
	return strings.TrimSpace(string(text)), err
}

// choice is one of several answers.
type choice struct{ value, text string }

// choose asks for one of several, by its number or its value.
func (a *asker) choose(question string, choices []choice) (string, error) {
	fmt.Fprintln(a.out, question)
	for n, c := range choices {
		fmt.Fprintf(a.out, "  %2d  %s\n", n+1, c.text)
	}
	for {
		text, err := a.text("Number", "")
		if err != nil {
			return "", err
		}
		for n, c := range choices {
			if text == c.value || text == strconv.Itoa(n+1) {
				return c.value, nil
			}
		}
		fmt.Fprintf(a.out, "Want a number from 1 to %d.\n", len(choices))
	}
}

// confirm asks yes or no.
func (a *asker) confirm(question string) (bool, error) {
	for {
		text, err := a.text(question+" (y/n)", "y")
		if err != nil {
			return false, err
		}
		switch strings.ToLower(text) {
		case "y", "yes":
			return true, nil
		case "n", "no":
			return false, nil
		}
	}
}
