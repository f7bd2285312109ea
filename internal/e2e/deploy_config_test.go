package e2e

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	"feedstation/internal/config"
	"feedstation/internal/testkit/require"
)

// pod is what the manifests of Kubernetes have that the configuration depends on.
type pod struct {
	Kind     string
	Metadata struct{ Name string }
	Data     map[string]string // of a ConfigMap
	Spec     struct {
		Template struct {
			Spec struct {
				Containers []struct {
					Env []struct{ Name, Value string }
				}
			}
		}
	}
}

// The configurations that deploy has are taken without a fault or a warning, with the
// variables that are set there.
func TestDeployedConfigurations(t *testing.T) {
	t.Parallel()
	environments, files := map[string][]string{}, map[string]string{}
	var compose struct {
		Services map[string]struct{ Environment map[string]string }
	}
	decodeYAML(t, readDeployed(t, "compose.yaml"), &compose)
	for name, service := range compose.Services {
		for variable, value := range service.Environment {
			environments["compose "+name] = append(environments["compose "+name], variable+"="+value)
		}
	}
	shipped, err := filepath.Abs("../../config.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for name := range environments {
		files[name] = shipped
	}
	var mapped string
	for document := range bytes.SplitSeq(readDeployed(t, "kubernetes/feedstation.yaml"), []byte("\n---\n")) {
		var p pod
		decodeYAML(t, document, &p)
		switch p.Kind {
		case "ConfigMap":
			mapped = filepath.Join(t.TempDir(), "config.yaml")
			if err := os.WriteFile(mapped, []byte(p.Data["config.yaml"]), 0o600); err != nil {
				t.Fatal(err)
			}
		case "Deployment":
			for _, v := range p.Spec.Template.Spec.Containers[0].Env {
				environments[p.Metadata.Name] = append(environments[p.Metadata.Name], v.Name+"="+v.Value)
			}
			files[p.Metadata.Name] = mapped
		}
	}
	if len(files) != 4 {
		t.Fatalf("there are %v; want a publisher and a follower of each", files)
	}
	secrets := t.TempDir()
	for name, text := range map[string]string{"dsn": "postgres://feedstation:x@postgres:5432/news", "redis": "change-me", "admin": "change-me-as-well"} {
		if err := os.WriteFile(filepath.Join(secrets, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, file := range files {
		t.Run(name, func(t *testing.T) {
			var environ []string
			for _, assignment := range environments[name] {
				assignment = strings.Replace(assignment, "/run/secrets/feedstation/", secrets+"/", 1)
				environ = append(environ, strings.Replace(assignment, "/run/secrets/", secrets+"/", 1))
			}
			cfg, err := config.Load(file, environ)
			if err != nil {
				t.Fatal(err)
			}
			if len(cfg.Warnings) > 0 {
				t.Errorf("warnings: %v", cfg.Warnings)
			}
			follower := strings.Contains(name, "follower")
			if cfg.Jobs.Enabled == follower || cfg.Cache.Redis == nil || !follower && cfg.Content.Driver != config.Postgres {
				t.Errorf("it builds: %t, from %s, with Redis: %t", cfg.Jobs.Enabled, cfg.Content.Driver, cfg.Cache.Redis != nil)
			}
		})
	}
}

func readDeployed(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("../../deploy", name))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func decodeYAML(t *testing.T, text []byte, v any) {
	t.Helper()
	if err := yaml.Unmarshal(text, v); err != nil {
		t.Fatal(err)
	}
}

// The manifests are as the API of Kubernetes has them, and the file of services as the
// Compose Specification has it. What reads these are modules of their own, in testdata:
// the program needs none of them.
func TestManifests(t *testing.T) {
	t.Parallel()
	require.Time(t)
	for _, of := range []string{"kubernetes", "compose"} {
		t.Run(of, func(t *testing.T) {
			command := exec.CommandContext(t.Context(), "go", "test", "-count=1", "./...") // the manifests are outside of the module
			command.Dir = filepath.Join("testdata", of)
			command.Env = append(os.Environ(), "GOWORK=off")
			if out, err := command.CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}
