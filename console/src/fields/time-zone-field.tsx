// The time zone in which a time was written.
import FormField from "@cloudscape-design/components/form-field";
import Select from "@cloudscape-design/components/select";

const UTC = "UTC";
const ZONES = [UTC, ...Intl.supportedValuesOf("timeZone").filter((zone) => zone !== UTC)];

interface Props {
  label: string;
  description?: string;
  zone: string;
  onChange: (zone: string) => void;
}

export function TimeZoneField({ label, description, zone, onChange }: Props) {
  return (
    <FormField label={label} description={description}>
      <Select
        selectedOption={{ value: zone, label: zone }}
        options={ZONES.map((value) => ({ value, label: value }))}
        filteringType="auto"
        onChange={({ detail }) => onChange(detail.selectedOption.value ?? UTC)}
      />
    </FormField>
  );
}
