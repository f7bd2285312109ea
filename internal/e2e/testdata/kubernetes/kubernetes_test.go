// Package kubernetes checks the shipped manifests against the types of the API. It is a
// module of its own: the program needs none of these.
package kubernetes

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"testing"

	apps "k8s.io/api/apps/v1"
	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	policy "k8s.io/api/policy/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"sigs.k8s.io/yaml"
)

// kinds are what the manifests have, in their order.
var kinds = map[string]func() any{
	"v1 ConfigMap":                       func() any { return new(core.ConfigMap) },
	"v1 Secret":                          func() any { return new(core.Secret) },
	"v1 Service":                         func() any { return new(core.Service) },
	"apps/v1 Deployment":                 func() any { return new(apps.Deployment) },
	"policy/v1 PodDisruptionBudget":      func() any { return new(policy.PodDisruptionBudget) },
	"networking.k8s.io/v1 NetworkPolicy": func() any { return new(networking.NetworkPolicy) },
}

// manifests decodes a file; what the API has no field for is an error.
func manifests(t *testing.T) (objects []any) {
	t.Helper()
	text, err := os.ReadFile("../../../../deploy/kubernetes/feedstation.yaml")
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	for i, document := range bytes.Split(text, []byte("\n---\n")) {
		var is meta.TypeMeta
		if err := yaml.Unmarshal(document, &is); err != nil {
			t.Fatalf("document %d: %v", i, err)
		}
		kind, ok := kinds[is.APIVersion+" "+is.Kind]
		if !ok {
			t.Errorf("document %d is a %s of %s", i, is.Kind, is.APIVersion)
			continue
		}
		object := kind()
		if err := yaml.UnmarshalStrict(document, object); err != nil {
			t.Errorf("document %d: %v", i, err)
		}
		found[is.APIVersion+" "+is.Kind] = true
		objects = append(objects, object)
	}
	for kind := range kinds {
		if !found[kind] {
			t.Errorf("there is no %s", kind)
		}
	}
	return objects
}

func TestManifests(t *testing.T) {
	var pods []core.PodTemplateSpec
	names := map[string]bool{}
	chosenBy := map[string]map[int]bool{} // by the kind of what selects
	selects := func(kind, name string, selector *meta.LabelSelector) {
		t.Helper()
		chosen, err := meta.LabelSelectorAsSelector(selector)
		if err != nil {
			t.Fatalf("%s %s: %v", kind, name, err)
		}
		if chosenBy[kind] == nil {
			chosenBy[kind] = map[int]bool{}
		}
		none := true
		for i, p := range pods {
			if chosen.Matches(labels.Set(p.Labels)) {
				chosenBy[kind][i], none = true, false
			}
		}
		if none {
			t.Errorf("%s %s selects no pod: %v", kind, name, chosen)
		}
	}
	objects := manifests(t)
	for _, object := range objects {
		switch o := object.(type) {
		case *core.ConfigMap:
			names["configmap "+o.Name] = true
		case *core.Secret:
			for key := range o.StringData {
				names["secret "+o.Name+" "+key] = true
			}
			names["secret "+o.Name] = true
		case *apps.Deployment:
			pods = append(pods, o.Spec.Template)
			selects("deployment", o.Name, o.Spec.Selector)
		}
	}
	if len(pods) != 2 {
		t.Fatalf("%d deployments; want publishers and followers", len(pods))
	}
	for _, object := range objects {
		switch o := object.(type) {
		case *core.Service:
			selects("service", o.Name, &meta.LabelSelector{MatchLabels: o.Spec.Selector})
			for _, port := range o.Spec.Ports {
				if !slices.ContainsFunc(pods[0].Spec.Containers[0].Ports, func(p core.ContainerPort) bool { return p.Name == port.TargetPort.StrVal }) {
					t.Errorf("service %s: no port %s", o.Name, port.TargetPort.StrVal)
				}
			}
		case *policy.PodDisruptionBudget:
			selects("budget", o.Name, o.Spec.Selector)
		case *networking.NetworkPolicy:
			selects("policy", o.Name, &o.Spec.PodSelector)
		}
	}
	for _, kind := range []string{"deployment", "service", "budget", "policy"} {
		if n := len(chosenBy[kind]); n != len(pods) {
			t.Errorf("a %s selects %d of %d kinds of pods", kind, n, len(pods))
		}
	}
	for _, pod := range pods {
		if err := confined(pod.Spec); err != nil {
			t.Errorf("%s: %v", pod.Labels, err)
		}
		for _, volume := range pod.Spec.Volumes {
			if s := volume.Secret; s != nil {
				for _, item := range s.Items {
					if !names["secret "+s.SecretName+" "+item.Key] {
						t.Errorf("no secret %s %s", s.SecretName, item.Key)
					}
				}
				if !names["secret "+s.SecretName] {
					t.Errorf("no secret %s", s.SecretName)
				}
			}
			if c := volume.ConfigMap; c != nil && !names["configmap "+c.Name] {
				t.Errorf("no map %s", c.Name)
			}
		}
	}
}

// confined fails where a pod may do more than it needs: the restricted Pod Security
// Standard, and a root that is read-only.
func confined(pod core.PodSpec) error {
	c := pod.Containers[0]
	s := c.SecurityContext
	switch {
	case pod.SecurityContext == nil || pod.SecurityContext.RunAsNonRoot == nil || !*pod.SecurityContext.RunAsNonRoot:
		return fmt.Errorf("may run as root")
	case pod.SecurityContext.SeccompProfile == nil || pod.SecurityContext.SeccompProfile.Type != core.SeccompProfileTypeRuntimeDefault:
		return fmt.Errorf("has no seccomp profile")
	case s == nil || s.AllowPrivilegeEscalation == nil || *s.AllowPrivilegeEscalation:
		return fmt.Errorf("may gain privileges")
	case s.ReadOnlyRootFilesystem == nil || !*s.ReadOnlyRootFilesystem:
		return fmt.Errorf("may write to its root")
	case s.Capabilities == nil || !slices.Equal(s.Capabilities.Drop, []core.Capability{"ALL"}):
		return fmt.Errorf("has capabilities")
	case c.LivenessProbe == nil || c.ReadinessProbe == nil:
		return fmt.Errorf("lacks a probe")
	case pod.AutomountServiceAccountToken == nil || *pod.AutomountServiceAccountToken:
		return fmt.Errorf("has a token of the cluster")
	}
	mounted := map[string]bool{}
	for _, mount := range c.VolumeMounts {
		mounted[mount.Name] = true
	}
	for _, volume := range pod.Volumes {
		if !mounted[volume.Name] {
			return fmt.Errorf("%s is not mounted", volume.Name)
		}
	}
	return nil
}
