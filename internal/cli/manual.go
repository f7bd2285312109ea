package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

type manualCommand struct {
	Dir string `arg:"" help:"The folder."`
}

// Run writes a manual page of the program and one of each command, for packages.
func (c *manualCommand) Run(in *invocation) error {
	if err := os.MkdirAll(c.Dir, 0o755); err != nil {
		return err
	}
	program := in.program
	pages := map[string]string{program.Name: programPage(program)}
	for _, command := range leaves(visibleCommands(program)) {
		pages[pageName(command)] = commandPage(program, command)
	}
	for name, page := range pages {
		if err := os.WriteFile(filepath.Join(c.Dir, name+".1"), []byte(page), 0o644); err != nil {
			return err
		}
	}
	return nil
}

func visibleCommands(program *kong.Application) (commands []*kong.Node) {
	for _, command := range program.Children {
		if !command.Hidden {
			commands = append(commands, command)
		}
	}
	return commands
}

// leaves returns the commands that do something: of one that has others these.
func leaves(commands []*kong.Node) (all []*kong.Node) {
	for _, command := range commands {
		if len(command.Children) == 0 {
			all = append(all, command)
		}
		all = append(all, leaves(command.Children)...)
	}
	return all
}

// pageName returns the name of a command's page.
func pageName(command *kong.Node) string { return strings.ReplaceAll(command.FullPath(), " ", "-") }

// flagsOf returns the flags of a command, those of all commands last.
func flagsOf(program *kong.Application, command *kong.Node) []*kong.Flag {
	return append(ownFlags(command), program.Flags...)
}

// ownFlags returns the flags of a command and of those that it has.
func ownFlags(command *kong.Node) []*kong.Flag {
	flags := slices.Clone(command.Flags)
	for _, child := range command.Children {
		flags = append(flags, child.Flags...)
	}
	return flags
}

// roff makes text that is no markup (groff_man(7)).
var roff = strings.NewReplacer(`\`, `\e`, "-", `\-`, "\n.", "\n\\&.", "\n'", "\n\\&'")

func programPage(program *kong.Application) string {
	var page strings.Builder
	head(&page, program.Name, program.Help)
	fmt.Fprintf(&page, ".SH SYNOPSIS\n.B %s\n.I command\n.RI [ flags ]\n.SH COMMANDS\n", roff.Replace(program.Name))
	for _, command := range leaves(visibleCommands(program)) {
		fmt.Fprintf(&page, ".TP\n.BR %s (1)\n%s\n", roff.Replace(pageName(command)), roff.Replace(command.Help))
	}
	options(&page, program.Flags)
	page.WriteString(`.SH ENVIRONMENT
Each value of the configuration can be overridden:
.B FEEDSTATION_SERVER_LISTEN
for
.IR server.listen .
For secrets, the name with
.B _FILE
behind it is that of a variable with a file that has the value.
.SH SIGNALS
SIGTERM ends
.B serve
once requests have been answered for
.IR server.drain ;
SIGINT ends it without that wait.
.SH EXIT STATUS
0, 1 for a failure, 2 for a fault in the command line or in the configuration.
.SH FILES
.TP
.I config.yaml
The configuration, which explains every key.
.TP
.I /etc/feedstation/config.yaml
That of the package.
`)
	return page.String()
}

func commandPage(program *kong.Application, command *kong.Node) string {
	var page strings.Builder
	head(&page, pageName(command), command.Help)
	fmt.Fprintf(&page, ".SH SYNOPSIS\n.B %s\n.RI [ flags ]\n", roff.Replace(command.FullPath()))
	for _, argument := range command.Positional {
		fmt.Fprintf(&page, ".I %s\n", roff.Replace(argument.Summary()))
	}
	if len(command.Positional) > 0 {
		page.WriteString(".SH ARGUMENTS\n")
	}
	for _, argument := range command.Positional {
		fmt.Fprintf(&page, ".TP\n.I %s\n%s\n", roff.Replace(argument.Summary()), roff.Replace(argument.Help))
	}
	options(&page, flagsOf(program, command))
	fmt.Fprintf(&page, ".SH SEE ALSO\n.BR %s (1)\n", roff.Replace(program.Name))
	return page.String()
}

func head(page *strings.Builder, name, help string) {
	fmt.Fprintf(page, ".TH %q 1 \"\" %q\n.SH NAME\n%s \\- %s\n", strings.ToUpper(name), "feedstation", roff.Replace(name), roff.Replace(strings.TrimSuffix(help, ".")))
}

func options(page *strings.Builder, flags []*kong.Flag) {
	page.WriteString(".SH OPTIONS\n")
	for _, flag := range flags {
		fmt.Fprintf(page, ".TP\n.B %s\n%s\n", roff.Replace(flag.String()), roff.Replace(flag.Help))
	}
}
