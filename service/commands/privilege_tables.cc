#include "service/commands/privilege_tables.h"

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "service/analysis/outside.h"
#include "service/analysis/privileges.h"
#include "service/analysis/terms.h"
#include "service/commands/naming.h"
#include "service/commands/wording.h"

namespace metapowers::commands {
namespace {

namespace pb = security::protect::v1;
using analysis::ComponentFacts;
using model::v1::DataClass;
using model::v1::Flow;
using model::v1::Role;

class PrivilegeTables {
 public:
  PrivilegeTables(const Input& input, ProtectionGaps& gaps, pb::AccessControlResult& result)
      : model_(input.model),
        facts_(input.facts),
        proto_(input.model.proto()),
        landscape_(input.threats.Get().landscape()),
        gaps_(gaps),
        result_(result) {}

  void Run() {
    AddRolePrivileges();
    AddComponentPrivileges();
    AddDataPrivileges();
  }

 private:
  void AddRolePrivileges() {
    std::map<std::string, pb::RolePrivilegeRow> rows;
    for (const Role& role : proto_.roles()) rows[role.id()].set_role(role.id());
    for (const DataClass& data : proto_.data_classes()) {
      for (const std::string& role : data.access_roles()) rows[role].add_reads(data.id());
    }
    for (const auto& [id, facts] : facts_.components()) {
      if (!analysis::IsOurs(facts_, facts)) continue;
      for (const Role* role : analysis::OperatingRoles(model_, facts.component->owner_team())) {
        rows[role->id()].add_administers(id);
      }
    }
    for (const model::v1::CryptoKey& key : proto_.keys()) {
      for (const Role* role : analysis::OperatingRoles(model_, key.owner_team())) rows[role->id()].add_keys(key.id());
    }
    for (const model::v1::ContainmentSwitch& each : proto_.containment_switches()) {
      if (!each.ordered_by().empty()) rows[each.ordered_by()].add_orders(each.id());
    }
    const std::string& approver = proto_.policy_parameters().exception_approver();
    if (!approver.empty()) rows[approver].set_approves("policy exceptions");
    for (auto& [id, row] : rows) {
      row.set_logs(absl::c_linear_search(proto_.logging().readers(), id) ? "yes" : "no");
      *result_.add_role_privileges() = std::move(row);
    }
  }

  // Roles that operate the team's components; without any the lead of the team.
  std::vector<std::string> AdministratorsOf(const std::string& team) const {
    std::vector<std::string> names;
    for (const Role* role : analysis::OperatingRoles(model_, team)) names.push_back(role->id());
    if (!names.empty()) return names;
    const auto* found = model_.Find<model::v1::Team>(team);
    if (found != nullptr) names.push_back(absl::StrCat(found->lead(), " (leads ", found->name(), ")"));
    return names;
  }

  void AddComponentPrivileges() {
    for (const analysis::ComponentView& view : landscape_.components()) {
      const ComponentFacts& facts = *view.facts;
      if (!analysis::IsOurs(facts_, facts)) continue;
      pb::ComponentPrivilegeRow& row = *result_.add_component_privileges();
      row.set_component(facts.component->id());
      for (const std::string& name : AdministratorsOf(facts.component->owner_team())) row.add_administer(name);
      std::set<std::string> writers, readers, people;
      for (const int index : view.inbound) {
        const Flow& flow = *landscape_.flows()[index].flow;
        (flow.readonly() ? readers : writers).insert(flow.source());
      }
      for (const std::string& id : writers) {
        row.add_write(id);
        readers.erase(id);
      }
      for (const std::string& id : readers) row.add_read(id);
      for (const DataClass* data : facts.stores)
        people.insert(data->access_roles().begin(), data->access_roles().end());
      for (const std::string& role : people) row.add_people_read(role);
      for (const model::v1::Pipeline& pipeline : proto_.delivery().pipelines()) {
        if (absl::c_linear_search(pipeline.deploys_to(), facts.component->runs_on())) row.add_deploy(pipeline.id());
      }
      row.set_basis(facts.component->owner_team().empty()
                        ? "no owning team declared"
                        : absl::StrCat("owned by ", TeamName(model_, facts.component->owner_team())));
    }
  }

  void AddDataPrivileges() {
    std::map<const DataClass*, std::vector<const ComponentFacts*>> stores;
    for (const auto& [id, facts] : facts_.components()) {
      for (const DataClass* data : facts.stores) stores[data].push_back(&facts);
    }
    for (const DataClass& data : proto_.data_classes()) {
      pb::DataPrivilegeRow& row = *result_.add_data_privileges();
      row.set_data(data.id());
      row.set_level(Label(data.confidentiality()));
      *row.mutable_read_in_clear() = data.access_roles();
      row.set_decides(TeamName(model_, data.owner()));
      std::set<std::string> administrators;
      for (const ComponentFacts* store : stores[&data]) {
        row.add_stores(store->component->id());
        for (const std::string& name : AdministratorsOf(store->component->owner_team())) administrators.insert(name);
      }
      for (const std::string& name : administrators) row.add_administrators(name);
      if (data.access_roles().empty() && !row.stores().empty() && analysis::IsConfidential(data)) {
        gaps_.Add("access-roles-missing", data.id(),
                  absl::StrCat("kept in ", List({row.stores().begin(), row.stores().end()}, 4), ", no role named"),
                  data.owner());
      }
    }
  }

  const model::Model& model_;
  const analysis::Facts& facts_;
  const model::v1::SystemModel& proto_;
  const analysis::Landscape& landscape_;
  ProtectionGaps& gaps_;
  pb::AccessControlResult& result_;
};

}  // namespace

void AddPrivilegeTables(const Input& input, ProtectionGaps& gaps, pb::AccessControlResult& result) {
  PrivilegeTables(input, gaps, result).Run();
}

}  // namespace metapowers::commands
