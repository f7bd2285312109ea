// Package compose reads the shipped file as Docker and Podman do. It is a module of its
// own: the program needs none of this.
package compose

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"
)

// TestFile holds the file to the schema of the Compose Specification, and that what it
// names is there.
func TestFile(t *testing.T) {
	file, err := filepath.Abs("../../../../deploy/compose.yaml")
	if err != nil {
		t.Fatal(err)
	}
	options, err := cli.NewProjectOptions([]string{file}, cli.WithLoadOptions())
	if err != nil {
		t.Fatal(err)
	}
	project, err := options.LoadProject(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if names := project.ServiceNames(); !slices.Equal(names, []string{"follower", "publisher", "redis"}) {
		t.Fatalf("there are %q", names)
	}
	for _, name := range []string{"publisher", "follower"} {
		service := project.Services[name]
		if !service.ReadOnly || !slices.Equal(service.CapDrop, []string{"ALL"}) || !slices.Contains(service.SecurityOpt, "no-new-privileges:true") {
			t.Errorf("%s may do more than it needs", name)
		}
		if service.DependsOn["redis"].Condition != types.ServiceConditionHealthy || project.Services["redis"].HealthCheck == nil {
			t.Errorf("%s does not wait for Redis", name)
		}
		if _, err := os.Stat(filepath.Join(service.Build.Context, service.Build.Dockerfile)); err != nil {
			t.Errorf("%s is built from nothing: %v", name, err)
		}
		for _, volume := range service.Volumes {
			if _, err := os.Stat(volume.Source); volume.Type == types.VolumeTypeBind && err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}
